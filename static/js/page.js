// What every page runs: theme switch, toasts, confirmations, tables.
import "./theme.js";
import "./toast.js";
import "./confirm.js";
import "./tables.js";
