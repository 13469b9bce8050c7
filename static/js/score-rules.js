// What an answer earns and what the whole comes to, exactly as docs/rules.md R1 and R2 say.
// For display only: the server's figures count. Everything is a BigInt of millionths, so nothing is rounded.
const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);
const NUMBER = /^[+-]?[0-9]{1,12}(\.[0-9]{1,6})?$/;
const WIDE = "０１２３４５６７８９．＋－−";
const NARROW = "0123456789.+--";

/** A decimal text as millionths; null when it is no number. */
export function millionths(text) {
  if (!NUMBER.test(text)) return null;
  const [whole, part = ""] = text.replace(/^[+-]/, "").split(".");
  const value = BigInt(whole + part.padEnd(PLACES, "0"));
  return text.startsWith("-") ? -value : value;
}

/** Millionths as people write them: 8, 0.5. */
export function plain(value) {
  const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, "0");
  const part = digits.slice(-PLACES).replace(/0+$/, "");
  return (value < 0n ? "-" : "") + digits.slice(0, -PLACES) + (part && `.${part}`);
}

const narrow = (text) => [...text.trim()].map((one) => NARROW[WIDE.indexOf(one)] ?? one).join("");

const READERS = {
  ALL_OR_NOTHING(rule, text) {
    if (text !== "pass" && text !== "fail") return null;
    return text === "pass" ? millionths(rule.points) : 0n;
  },
  DEDUCT(rule, text) {
    const faults = millionths(text);
    if (faults === null || faults < 0n || faults % ONE || faults > 9999n * ONE) return null;
    const left = millionths(rule.points) - (faults / ONE) * millionths(rule.step);
    return left > 0n ? left : 0n;
  },
  GRADED(rule, text) {
    if (!Object.hasOwn(rule.grades, text)) return null;
    return (millionths(rule.grades[text]) * millionths(rule.points)) / ONE;
  },
  MEASURED(rule, text) {
    const number = millionths(text);
    if (number === null) return null;
    const above = rule.min === null || number >= millionths(rule.min);
    const below = rule.max === null || number <= millionths(rule.max);
    return above && below ? millionths(rule.points) : 0n;
  },
};

/** What an answer is worth: {possible, earned}; null when there is none, or it makes no sense. R1. */
export function mark(rule, value) {
  const text = narrow(value ?? "");
  if (text === "na") return rule.allowsNa ? { possible: 0n, earned: 0n } : null;
  const earned = text === "" ? null : READERS[rule.mode](rule, text);
  return earned === null ? null : { possible: millionths(rule.points), earned };
}

const lost = (one) => one.mark.earned < one.mark.possible;
const sum = (values) => values.reduce((total, value) => total + value, 0n);

function sectionTotal(section) {
  const given = sum(section.items.map((one) => one.mark.earned));
  const zeroed = section.items.some((one) => one.redLine === "SECTION" && lost(one));
  return {
    weight: millionths(section.weight),
    possible: sum(section.items.map((one) => one.mark.possible)),
    earned: zeroed ? 0n : given,
    zeroed,
  };
}

// Earned and possible as one fraction, so that it is divided only once, at the end.
const FRACTIONS = {
  POINTS: (totals) => [sum(totals.map((one) => one.earned)), sum(totals.map((one) => one.possible))],
  WEIGHTED(totals) {
    let [earned, possible] = [0n, 1n];
    for (const one of totals) {
      earned = earned * one.possible + one.weight * one.earned * possible;
      possible *= one.possible;
    }
    return [earned, possible * sum(totals.map((one) => one.weight))];
  },
};

function twoPlaces(earned, possible) {
  const hundredths = String((2n * 10_000n * earned + possible) / (2n * possible)).padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`;
}

/**
 * The score of the answered items as text with two places, null when nothing applied. R2.
 * sections: [{weight, items: [{redLine, mark}]}].
 */
export function score(scoring, sections) {
  const totals = sections.map(sectionTotal);
  const zeroed = sections.some(({ items }) => items.some((one) => one.redLine === "SHEET" && lost(one)));
  const applied = totals.filter((one) => one.possible > 0n);
  const [earned, possible] = FRACTIONS[scoring](applied);
  const value = zeroed ? "0.00" : applied.length && possible ? twoPlaces(earned, possible) : null;
  return { value, zeroed, sections: totals };
}
