"""Reading mail from bytes. Nothing here knows Django; `reader` runs it in a process of its own."""
