// Ten probabilities as bars with their numbers, as a table.
"use strict";

(function bars(engine) {
  const { make, say } = engine.elements;
  const CAPTION = "Probabilities of the ten digits";
  const probability = (p) => (p > 0 && p < 0.005 ? "below 0.01" : p < 1 && p > 0.995 ? "above 0.99" : p.toFixed(2));
  const short = (p) => probability(p).replace("below ", "<").replace("above ", ">");

  class Bars {
    constructor() {
      this.rows = Array.from({ length: 10 }, (_, digit) => {
        const bar = make("span", { class: "bar" }), number = make("td");
        return { bar, number, row: make("tr", {}, make("th", { scope: "row", text: digit }), make("td", { "aria-hidden": "true" }, make("span", { class: "track" }, bar)), number) };
      });
      const head = make("tr", { class: "unseen" }, ...["digit", "", "probability"].map((text) => make("th", { scope: "col", text, "aria-hidden": text === "" && "true" })));
      this.table = make("table", { class: "bars" }, make("caption", { text: CAPTION }), make("thead", {}, head),
        make("tbody", {}, ...this.rows.map(({ row }) => row)));
    }

    // Without an answer (null) there are no probabilities either.
    show(probabilities, answer) {
      this.rows.forEach(({ bar, number, row }, digit) => {
        const p = answer === null ? 0 : probabilities[digit];
        bar.style.width = `${100 * p}%`;
        say(number, answer === null ? "–" : short(p));
        row.className = digit === answer ? "answer" : "";
      });
    }
  }

  // The same as HTML, for where JavaScript is off.
  function stillBars(probabilities, answer) {
    const rows = [...probabilities].map((p, digit) => `<tr${digit === answer ? ' class="answer"' : ""}><th scope="row">${digit}</th>`
      + `<td aria-hidden="true"><span class="track"><span class="bar" style="width: ${(100 * p).toFixed(1)}%"></span></span></td><td>${short(p).replace("<", "&lt;")}</td></tr>`);
    return `<table class="bars"><caption>${CAPTION}</caption><tbody>\n${rows.join("\n")}\n</tbody></table>`;
  }

  Object.assign(engine.drawing, { Bars, stillBars, probability });
})(Layerwise);
