// Answer fields: whether what a reader typed or chose is right, not quite, or not yet. A classic script: it runs from a folder, too.
(function () {
  "use strict";
  const decode = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))));
  const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+)|\*10\^\(?([+-]?\d+)\)?)?$/i;
  // As layerwise.assignments reads commas: between thousands, and never for the decimal point.
  const THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?%?$/, DECIMAL_COMMA = /^[+-]?\d+,\d+(e[+-]?\d+)?%?$/i;
  const EXPECTED = "That is no number that I can read. Write it like 0.25, 1/4, 25 % or 2.5e-1.";

  // Digits, without what people write around them.
  function plain(text) {
    return text.trim().replace(/[\s\u00a0\u2009\u202f_]/g, "").replace(/[−–]/g, "-").replace(/[×·]/g, "*").replace(/\*\*/g, "^")
      .replace(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (raised) => "^" + raised.replace("⁻", "-").replace(/[^-]/g, (one) => SUPERSCRIPTS.indexOf(one)))
      .replace(/^([+-]?)10\^/, "$11*10^");
  }

  // {value, digits, commas}, digits the significant ones, commas whether some were left out; or {problem}.
  function read(text) {
    let written = plain(text);
    if (written === "") return { problem: "Type a number first." };
    const commas = THOUSANDS.test(written);
    if (commas) written = written.replaceAll(",", "");
    if (DECIMAL_COMMA.test(written)) return { problem: `Please write a point for decimals: ${written.replace(",", ".")}.` };
    const percent = written.endsWith("%");
    if (percent) written = written.slice(0, -1);
    const parts = written.split("/").map((part) => FORM.exec(part));
    if (parts.length > 2 || parts.includes(null)) return { problem: EXPECTED };
    const numbers = parts.map(([, sign, digits, short, long]) => Number(`${sign}${digits}e${short ?? long ?? 0}`));
    const value = (parts.length === 2 ? numbers[0] / numbers[1] : numbers[0]) / (percent ? 100 : 1);
    if (!Number.isFinite(value)) return { problem: EXPECTED };
    const significant = (number) => (number.includes(".") ? number.replace(".", "") : number.replace(/0+$/, "")).replace(/^0+/, "").length;
    return { value, commas, digits: parts.length === 2 ? Infinity : significant(parts[0][2]) };
  }

  const closeTo = (value, target, tolerance) => Math.abs(value - target) <= tolerance * Math.abs(target) + 1e-12 * Math.abs(target);

  // What is amiss with an answer that is nearly right; undefined if it is not.
  function nearly({ value, digits }, { right, whole, named, tolerance, nearly: known }) {
    const loose = Math.max(tolerance, 1e-9), is = (target) => closeTo(value, target, loose);
    for (const [target, words] of known) if (is(target)) return words;
    if (named || value === 0 || right === 0) return undefined; // the name of a class is no size
    if (whole && Math.abs(value - right) === 1) return "you are off by one.";
    if (digits > 0 && digits < 5 && closeTo(value, Number(right.toPrecision(digits)), 1e-9)) return "you rounded too far; give one digit more.";
    if (is(-right)) return "the size is right, the sign is not.";
    if (is(2 * right)) return "it is twice the right number.";
    if (is(right / 2)) return "it is half the right number.";
    if (is(100 * right)) return "it is a hundred times the right number. If you mean per cent, write the sign: 25 %.";
    const power = Math.log10(Math.abs(value / right));
    if (Math.round(power) !== 0 && closeTo(value, right * 10 ** Math.round(power), loose)) return "the digits are right, the power of ten is not.";
    if (whole) return undefined; // a small whole number is the root or the square of others by chance
    if (is(1 / right)) return "it is upside down: one over the right number.";
    if (is(right * right)) return "it is the square of the right number.";
    if (right > 0 && is(Math.sqrt(right))) return "it is the root of the right number.";
    if (closeTo(value, right, 0.03)) return "it is less than three per cent off.";
    return undefined;
  }

  const sentence = (words) => words && words[0].toUpperCase() + words.slice(1);

  // [kind, words] for what a form holds.
  function judge(form, asked) {
    if (asked.choice) {
      const chosen = form.querySelector("input:checked");
      if (!chosen) return ["unread", "Choose an answer first."];
      const place = Number(chosen.value), words = new Map(asked.nearly).get(place);
      return place === asked.right ? ["right", ["Right.", sentence(words)].filter(Boolean).join(" ")] : ["wrong", sentence(words) ?? ""];
    }
    const given = read(form.querySelector("input").value);
    if (given.problem) return ["unread", given.problem];
    if (closeTo(given.value, asked.right, asked.tolerance)) {
      return ["right", asked.tolerance > 0 ? `Right: ${Number(asked.right.toPrecision(4))}.` : "Right."];
    }
    const amiss = nearly(given, asked), commas = given.commas && !asked.whole ? `Read as ${given.value}: write a point for decimals.` : "";
    return amiss ? ["nearly", `Not quite: ${amiss} ${commas}`.trim()] : ["wrong", commas];
  }

  for (const form of document.querySelectorAll("form.answer")) {
    const asked = decode(form.dataset.answer), said = form.querySelector(".said");
    let wrong = 0;
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      let [kind, words] = judge(form, asked);
      if (kind === "wrong") {
        wrong += 1;
        words = ["Not yet.", words, `Hint: ${asked.hint}`, wrong > 2 && "The solution is below."].filter(Boolean).join(" ");
      }
      form.dataset.state = kind;
      said.textContent = "";
      said.textContent = words;
    });
    form.addEventListener("input", () => { delete form.dataset.state; said.textContent = ""; });
  }
})();
