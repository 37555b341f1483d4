// What a photo needs and a drawing does not (layerwise.see.photo, .ink, .doubts): its polarity, its three colours, its
// ruled lines; and other ways to see it.
//
// A page is {height, width, colours}: three pictures of levels from 0 to 255.
"use strict";

Layerwise.part(function photograph(engine) {
  const { like, longest, part, quantiles } = engine.pictures;
  const { withoutStrokes, inkOf, findMarks, strokesOf } = engine.ink;
  const LARGEST = 512, CUT = 256; // pixels of the longer side, of the page and of a small digit's part
  const LIGHT_ON_DARK = 0.95, UNDECIDED = 1.4; // below the one, the digit is light; within the other of 1, it is hard to tell
  const INK_EFFORT = 5, SHRUNK = 100;
  const THIN = 0.8 / 32, FAINT = 0.2;

  // At most so many pixels, light from 0 to 1; of one colour, where it is grey.
  function viewOf(page, most) {
    const { colours } = engine.reducedPhoto(page, most), [red] = colours;
    const grey = colours.every(({ values }) => values.every((level, p) => level === red.values[p]));
    return (grey ? [red] : colours).map((colour) => engine.workingSize(like(colour, colour.values.map((level) => level / 255))));
  }

  // How much harder it is to explain a view by light strokes than by dark ones; below 1, the digit is light on dark.
  function lightOnDark(view) {
    const small = view.map((colour) => engine.shrunk(colour, SHRUNK)), effort = (sign) => small.reduce((sum, colour) => sum + effortOf(like(colour, colour.values.map((light) => sign * light))), 0);
    return (effort(-1) + 1e-6) / (effort(1) + 1e-6);
  }

  // The changes of the background without dark strokes, and the ink.
  function effortOf(colour) {
    const { height, width } = colour, background = withoutStrokes(colour).values;
    let changes = 0, ink = 0;
    for (let p = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) {
        if (x > 0) changes += Math.abs(background[p] - background[p - 1]);
        if (y > 0) changes += Math.abs(background[p] - background[p - width]);
        ink += background[p] - colour.values[p];
      }
    }
    return changes + (INK_EFFORT * ink) / longest(colour);
  }

  // The share of the light that is missing: of the three colours most counts that which the ink takes most.
  function inkOfColours(colours) {
    const missing = colours.map(inkOf), weights = missing.map(({ values }) => values.reduce((sum, share) => sum + share ** 3, 1e-9));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    if (missing.length === 1) return missing[0];
    return like(missing[0], missing[0].values.map((_, p) => missing.reduce((sum, { values }, k) => sum + (values[p] * weights[k]) / whole, 0)));
  }

  function look(view, evidence, inverted) {
    const ink = inkOfColours(inverted ? view.map((colour) => like(colour, colour.values.map((light) => 1 - light))) : view);
    const marks = findMarks(ink), strokes = strokesOf(ink, engine.withoutLines(ink, marks));
    return { view, evidence, inverted, ink, marks, strokes, doubts, ...engine.oneDigit(strokes, ink) };
  }

  const PHOTO = {
    whole(page) {
      const view = viewOf(page, LARGEST), evidence = lightOnDark(view);
      return look(view, evidence, evidence < LIGHT_ON_DARK);
    },
    near({ colours }, { top, left, height, width }, { evidence, inverted }) {
      const cut = { height, width, colours: colours.map((colour) => part(colour, top, left, height, width)) };
      return look(viewOf(cut, CUT), evidence, inverted);
    },
  };

  // Reasons to doubt that a drawing gives none of.
  function doubts({ digit, ink, box, stroke }) {
    const [strength] = quantiles(ink.values.filter((_, p) => digit.values[p]), [0.6]);
    const cutOff = box.top < 2 || box.left < 2 || box.bottom > ink.height - 2 || box.right > ink.width - 2;
    return [
      [cutOff, "cut off", "the digit reaches the edge of the picture. Take it again with paper on all four sides."],
      [stroke < THIN, "thin", "the strokes are very thin for the digit’s size, and were widened. Use a thicker pen or write smaller."],
      [strength < FAINT, "faint", `the strokes take away only ${Math.round(100 * strength)} % of the light. Use a darker pen, or more light without shadow.`],
    ].filter(([found]) => found).map(([, kind, advice]) => ({ kind, advice }));
  }

  // Without a step that may have been a mistake: one in which lines went, a polarity hard to tell.
  function otherReadings(prepared) {
    const { ink, marks, strokes, evidence } = prepared, withLines = strokesOf(ink, marks), found = {};
    const finished = (seen) => engine.withInput(engine.finished({ ...prepared, ...seen }));
    if (withLines.values.some((mark, p) => mark !== strokes.values[p])) found.lines = finished({ strokes: withLines, ...engine.oneDigit(withLines, ink) });
    if (evidence > 1 / UNDECIDED && evidence < UNDECIDED) found.polarity = finished(look(prepared.view, evidence, !prepared.inverted));
    return found;
  }

  // On its sheet, where one lies on a table; a sheet without a digit is no sheet.
  function preparePhoto(photo) {
    const sheet = engine.findSheet(photo), prepared = sheet && engine.prepare(engine.straightened(photo, sheet), PHOTO);
    return { ...(prepared?.box ? prepared : engine.prepare(photo, PHOTO)), sheet: prepared?.box ? sheet : null };
  }
  const predictPhoto = (page, networks) => {
    const prepared = preparePhoto(page);
    return engine.predict(prepared, networks, otherReadings(prepared));
  };
  Object.assign(engine, { lightOnDark, preparePhoto, predictPhoto });
});
