// Pieces of an instrument's page: elements, controls, tables.
"use strict";

(function elements(engine) {
  const { written } = engine.words;

  // An element: make("p", {class: "x", text: "…", "aria-live": "polite"}, child, …).
  function make(tag, { text, ...attributes } = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== false) element.setAttribute(name, value === true ? "" : value);
    if (text !== undefined) element.textContent = text;
    element.append(...children);
    return element;
  }

  // σ_w² as σ with a small w below.
  const withSubscripts = (text) => text.split("_").flatMap((part, i) => (i === 0 ? [part] : [make("sub", { text: part[0] }), part.slice(1)]));

  function button(text, action, attributes = {}) {
    const made = make("button", { type: "button", text, ...attributes });
    made.onclick = action;
    return made;
  }

  function picture(label) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    return svg;
  }

  // What stands in an element is said aloud when it has changed, once the reader pauses: beside it lies a copy for a reader of
  // the screen, which is empty again before anybody reads on and meets it twice.
  const PAUSE = 500, HEARD = 5000; // milliseconds
  function aloud(seen) {
    const heard = make("p", { class: "unseen", role: "status" });
    let waiting;
    new MutationObserver(() => {
      clearTimeout(waiting);
      if (seen.nextSibling !== heard) seen.after(heard);
      waiting = setTimeout(() => {
        heard.textContent = seen.textContent;
        waiting = setTimeout(() => heard.replaceChildren(), HEARD);
      }, PAUSE);
    }).observe(seen, { childList: true, characterData: true, subtree: true });
    return seen;
  }
  const spoken = (...children) => aloud(make("p", { class: "sentence" }, ...children));

  // A box that scrolls, also by the keyboard.
  const scrolling = (label, child) => make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, child);

  // A slider, a choice or a switch, with its label, its value and its help. `set` takes {name: new value}.
  class Control {
    constructor({ instrument, table }, name, set, key = null) {
      const { label, values, start, help } = table[name], id = `${instrument}-${name}`;
      Object.assign(this, table[name]);
      const attributes = { id, ...(help && { "aria-describedby": `${id}-help` }) };
      const words = make("label", { for: id }, ...(key ? [key] : []), ...withSubscripts(label));
      const note = make("small", { id: `${id}-help` }, ...withSubscripts(help));
      if (values === true) {
        this.input = make("input", { type: "checkbox", ...attributes });
        this.input.onchange = () => set({ [name]: this.input.checked });
        this.box = make("div", { class: "control switch" }, this.input, words, note);
        return;
      }
      if (Array.isArray(values)) {
        this.output = make("output", { for: id, "aria-hidden": "true" }); // the slider says its value itself
        this.input = make("input", { type: "range", min: 0, max: values.length - 1, step: 1, ...attributes });
        this.input.oninput = () => set({ [name]: values[this.input.value] });
      } else {
        this.input = make("select", attributes, ...Object.entries(values).map(([value, text]) => make("option", { value, text })));
        this.input.onchange = () => set({ [name]: typeof start === "number" ? Number(this.input.value) : this.input.value });
      }
      this.box = make("div", { class: "control" }, words, this.output ?? "", this.input, note);
    }

    show(state) {
      const { input, values, name } = this, value = state[name];
      if (values === true) input.checked = value;
      else if (Array.isArray(values)) {
        input.value = values.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(values[best] - value) ? i : best), 0);
        this.output.textContent = written(value);
        input.setAttribute("aria-valuetext", written(value));
      } else input.value = value;
      input.disabled = !this.applies(state);
      this.box.hidden = input.disabled && (name === "a" || name === "gain");
    }
  }

  // The first column heads the rows; an undefined value is an empty cell, words stay as they are.
  function fill(table, caption, head, rows) {
    const cells = ([first, ...others]) => [
      make("th", { scope: "row", text: first }), ...others.map((value) => make("td", { text: value === undefined ? "" : typeof value === "string" ? value : written(value) })),
    ];
    table.replaceChildren(
      make("caption", { text: caption }),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, ...withSubscripts(text))))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row)))));
  }

  // A table behind a chart, filled while it is open. content: gives [caption, head, rows], or nothing yet.
  function tableBehind(summary, content) {
    const table = make("table"), box = make("details", { class: "table" }, make("summary", { text: summary }), scrolling(summary, table));
    box.refill = () => {
      const found = box.open && box.offsetParent && content();
      if (found) fill(table, ...found);
    };
    box.ontoggle = box.refill;
    return box;
  }

  // drawn: from {width, height} to the text of the picture.
  function paint(svg, height, drawn) {
    const width = Math.round(svg.getBoundingClientRect().width);
    if (width === 0) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.style.height = `${height}px`;
    svg.innerHTML = drawn({ width, height });
  }

  // Only what has changed is written, since a reader of the screen says it aloud.
  function say(element, text) { if (element.textContent !== text) element.textContent = text; }

  engine.elements = { make, button, picture, aloud, spoken, scrolling, Control, fill, tableBehind, paint, say };
})(Layerwise);
