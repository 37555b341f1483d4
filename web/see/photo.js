// From a drawing or a photo to the network's input (layerwise.see.photo), step by step.
"use strict";

Layerwise.part(function photo(engine) {
  const { like, longest, rounded, part, boxAround, longerSide, resized, turned } = engine.pictures;
  const { inkOf, findMarks, strokesOf } = engine.ink;
  const SMALLEST = 128; // a cut with fewer pixels a side is enlarged by a whole number
  const SMALL = 0.3, ROOM = 2.2; // a smaller share of the page is cut out with so many times its side, and looked at again

  function look(view) {
    const ink = inkOf(view), marks = findMarks(ink), strokes = strokesOf(ink, marks);
    return { view, ink, marks, strokes, ...engine.oneDigit(strokes, ink) };
  }

  // The part of the page with the digit in its middle.
  function around(page, digit) {
    const box = boxAround(digit), scale = longest(page) / longest(digit), reach = (ROOM / 2) * scale * longerSide(box);
    const [top, bottom, left, right] = [["top", "bottom", "height"], ["left", "right", "width"]].flatMap(([from, to, side]) => {
      const middle = (scale * (box[from] + box[to])) / 2;
      return [Math.max(0, rounded(middle - reach)), Math.min(page[side], rounded(middle + reach))];
    });
    return { top, left, height: bottom - top, width: right - left };
  }

  function workingSize(page) {
    const factor = Math.ceil(SMALLEST / longest(page));
    if (factor <= 1) return page;
    const large = resized(page, factor * page.height, factor * page.width);
    return like(large, large.values.map((light) => Math.min(1, Math.max(0, light))));
  }

  // How a drawing is looked at, the whole of it or a part; `photograph` has the same for a photo.
  const DRAWING = { whole: look, near: (page, { top, left, height, width }) => look(workingSize(part(page, top, left, height, width))) };

  // page: of a drawing, light from 0 to 1. Each step's picture, the strokes' mean width, and `scale`: pixels of the page in one
  // of the view.
  function prepare(page, { whole, near } = DRAWING) {
    let seen = whole(page), scale = Math.max(1, longest(page) / longest(seen.digit));
    const share = longerSide(boxAround(seen.digit)) / longest(seen.digit);
    if (share > 0 && share < SMALL) {
      const cut = around(page, seen.digit), nearer = near(page, cut, seen);
      if (boxAround(nearer.digit)) {
        scale = longest(cut) / longest(nearer.digit);
        seen = { ...nearer, others: seen.others }; // whether it is alone is seen on the page
      }
    }
    return withInput(finished({ page, scale, ...seen }));
  }

  function finished(seen) {
    const { digit, ink, scale } = seen, box = boxAround(digit);
    const stroke = engine.strokeWidth(digit, box), upright = engine.upright(engine.inkAlone(digit, ink, box));
    const crop = engine.cropped(upright, engine.STROKE - stroke);
    const pixels = scale * longerSide(box);
    return { ...seen, box, stroke, upright, crop, pixels };
  }

  const withInput = (prepared) => ({ ...prepared, input: engine.networkInput(prepared.crop) });

  // The same as if it had been drawn turned, by so many quarters to the left; without an input, which few turns need.
  function preparedTurned(prepared, quarters) {
    const [ink, strokes] = [prepared.ink, prepared.strokes].map((picture) => turned(picture, quarters));
    return finished({ ...prepared, ink, strokes, ...engine.oneDigit(strokes, ink) });
  }

  Object.assign(engine, { workingSize, prepare, finished, preparedTurned, withInput });
});
