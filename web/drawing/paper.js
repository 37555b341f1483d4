// The paper that is drawn on: by mouse, pen, finger and keyboard. It knows strokes only; `act` tells of what happens.
"use strict";

(function paper(engine) {
  const { make, aloud } = engine.elements, { RIM, onPaper, simplified } = engine.drawing;
  const SIDE = 256, STEP = 8; // pixels of one key press
  const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  const HELP = "Draw here with the mouse, a pen or a finger. With the keyboard: arrow keys move the pen, the space bar puts it down and lifts it, "
    + "Backspace takes back a stroke. A stroke on an example begins a drawing of your own.";

  const pathOf = (strokes) => strokes.map(([[x, y], ...others]) => `M${x} ${y}${others.length ? others.map((point) => `L${point.join(" ")}`).join("") : "h0"}`).join("");
  const svgOf = (strokes, pen, more = "") => `<rect width="${SIDE}" height="${SIDE}"/><path d="${pathOf(strokes)}" stroke-width="${pen}"/>${more}`;

  class Paper {
    // act: {begin(), stroke(points), undo()}.
    constructor(act, instrument) {
      Object.assign(this, { act, points: null, at: [SIDE / 2, SIDE / 2], down: false, state: null });
      this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const attributes = { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "paper", tabindex: 0, role: "application", "aria-roledescription": "drawing paper",
        "aria-describedby": `${instrument}-keys` };
      for (const [name, value] of Object.entries(attributes)) this.svg.setAttribute(name, value);
      this.help = make("p", { class: "note", id: `${instrument}-keys`, text: HELP });
      this.place = aloud(make("p", { class: "place" }));
      this.svg.onpointerdown = (event) => this.begin(event);
      this.svg.onpointermove = (event) => this.follow(event);
      this.svg.onpointerup = () => this.end();
      this.svg.onpointercancel = () => this.end();
      this.svg.onkeydown = (event) => this.press(event);
      this.svg.onblur = () => this.lift();
    }

    pointOf({ clientX, clientY }) {
      const box = this.svg.getBoundingClientRect();
      return onPaper([((clientX - box.left) / box.width) * SIDE, ((clientY - box.top) / box.height) * SIDE]);
    }

    begin(event) {
      if (event.button !== 0 || this.points) return;
      this.lift();
      try { this.svg.setPointerCapture(event.pointerId); } catch { /* a pointer that a program has made up */ }
      this.pointer = event.pointerId;
      this.points = [this.pointOf(event)];
      this.draw();
      this.act.begin();
    }

    follow(event) {
      if (!this.points || this.down || event.pointerId !== this.pointer) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) this.add(this.pointOf(one));
      this.draw();
    }

    add(point) {
      const [x, y] = this.points[this.points.length - 1];
      if (point[0] !== x || point[1] !== y) this.points.push(point);
    }

    end() {
      if (this.points && !this.down) this.finish();
    }

    finish() {
      const points = simplified(this.points);
      this.points = null;
      this.act.stroke(points);
    }

    // --- The keyboard ----------------------------------------------------------------------------------------------

    press(event) {
      const { key } = event;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (ARROWS[key]) this.move(ARROWS[key]);
      else if (key === " ") { if (this.down) this.lift(); else this.put(); }
      else if (key === "Backspace") { if (!this.down) this.act.undo(); }
      else return;
      event.preventDefault();
    }

    move([across, along]) {
      this.at = onPaper([this.at[0] + across, this.at[1] + along]);
      if (this.down) this.add(this.at);
      this.tell();
    }

    put() {
      if (this.points) return;
      this.down = true;
      this.points = [this.at];
      this.tell();
      this.act.begin();
    }

    lift() {
      if (!this.down) return;
      this.down = false;
      this.finish();
      this.tell();
    }

    tell() {
      const [column, row] = this.at.map((place) => Math.round((place - RIM) / STEP) + 1);
      this.place.textContent = `Pen ${this.down ? "down" : "up"}, column ${column}, row ${row} of 29`;
      this.draw();
    }

    // --- What is seen ----------------------------------------------------------------------------------------------

    // The stroke that is being drawn comes on top; where it begins, an example makes room.
    draw(state = this.state, photo = this.photo) {
      Object.assign(this, { state, photo });
      const { length } = state.strokes;
      this.svg.setAttribute("aria-label", photo ? "Paper with your photo" : `Paper with ${length} ${length === 1 ? "stroke" : "strokes"}`);
      const kept = this.points && engine.drawing.isExample(state.strokes) ? [] : state.strokes;
      const [x, y] = this.at, cursor = `<circle class="${this.down ? "down" : "up"}" cx="${x}" cy="${y}" r="${state.pen / 2 + 2}"/>`;
      const image = photo && !this.points ? `<image href="${photo}" width="${SIDE}" height="${SIDE}"/>` : "";
      this.svg.innerHTML = svgOf([...kept, ...(this.points ? [this.points] : [])], state.pen, image + cursor);
    }
  }

  Object.assign(engine.drawing, { Paper, svgOf });
})(Layerwise);
