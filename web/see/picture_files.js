// A photo as it is read from a file (layerwise.see.picture_files): upright, of a size that can be worked with.
"use strict";

Layerwise.part(function picture_files(engine) {
  const { blank, rounded, weightsOf, like } = engine.pictures;
  const MEGABYTES = 50, MAXIMUM_PIXELS = 50_000_000, MINIMUM_SIDE = 8, FINEST = 2048;
  const END = 16_384; // bytes, among which the last of a JPEG or PNG are
  const FORMATS = [[/^\xff\xd8\xff/, "\xff\xd9"], [/^\x89PNG\r\n/, "IEND"], [/^GIF8/, ""], [/^RIFF[^]{4}WEBP/, ""], [/^BM/, ""]]; // begin, end
  const OTHERS = [[/^[^]{4}ftyp(hei|hev|mif|msf)/, "a HEIC picture"], [/^[^]{4}ftypavif/, "an AVIF picture"]];

  // What is no picture that can be read; the message, a part of a sentence, says what to do.
  class PhotoError extends Error {}
  const refuse = (why) => { throw new PhotoError(why); };

  // The first that a browser does is to find out how large it is; only then is it decoded.
  async function readPicture(file) {
    if (file.size === 0) refuse("is empty (0 bytes). Copy it again from the camera.");
    if (file.size > MEGABYTES * 1e6) refuse(`has more than ${MEGABYTES} megabytes. Make it smaller.`);
    const letters = async (piece) => String.fromCharCode(...new Uint8Array(await piece.arrayBuffer()));
    const head = await letters(file.slice(0, 12)), tail = await letters(file.slice(-END));
    const [, other] = OTHERS.find(([signature]) => signature.test(head)) ?? [];
    if (other) refuse(`is ${other}, which is not read here. Export it as JPEG.`);
    const format = FORMATS.find(([begin]) => begin.test(head));
    if (!format) refuse("is not a picture that can be read. JPEG, PNG, WebP, GIF or BMP is expected.");
    if (!tail.includes(format[1])) refuse("is cut short. Copy it again from the camera.");
    const url = URL.createObjectURL(file), image = new Image();
    try {
      await new Promise((done, fail) => { Object.assign(image, { onload: done, onerror: fail, src: url }); });
      const { naturalWidth: width, naturalHeight: height } = image, size = `has ${width.toLocaleString("en")} × ${height.toLocaleString("en")} pixels`;
      if (width * height > MAXIMUM_PIXELS) refuse(`${size}, more than ${MAXIMUM_PIXELS / 1e6} megapixels. Make it smaller, or take it at a lower resolution.`);
      if (Math.min(width, height) < MINIMUM_SIDE || Math.max(width, height) > 20 * Math.min(width, height)) {
        refuse(`${size}. A digit needs at least ${MINIMUM_SIDE} on each side, and no side more than 20 times the other.`);
      }
      await image.decode();
      return pixelsOf(image, sizeWithin({ height, width }, FINEST));
    } catch (error) {
      if (error instanceof PhotoError) throw error;
      return refuse("is damaged, or too large for this browser. Copy it again from the camera, or make it smaller.");
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  // The size of a picture that is reduced until its longer side has at most so many pixels, as Pillow rounds it.
  function sizeWithin({ height, width }, side) {
    if (Math.max(height, width) <= side) return { height, width };
    const nearer = (exact, away) => {
      const [down, up] = [Math.floor(exact), Math.ceil(exact)];
      return Math.max(1, away(up) < away(down) ? up : down);
    };
    const aspect = width / height;
    return aspect <= 1 ? { height: side, width: nearer(side * aspect, (n) => Math.abs(aspect - n / side)) }
      : { width: side, height: nearer(side / aspect, (n) => (n === 0 ? 0 : Math.abs(aspect - side / n))) };
  }

  // Its three colours, on white where it is transparent, and a light one on black.
  function pixelsOf(image, { height, width }) {
    const canvas = Object.assign(document.createElement("canvas"), { height, width }), context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height), count = width * height;
    let opaque = 0, light = 0;
    for (let p = 0; p < data.length; p += 4) {
      opaque += data[p + 3];
      light += ((data[p] + data[p + 1] + data[p + 2]) / 3) * data[p + 3];
    }
    const plain = light / Math.max(opaque, 1) > 127 && opaque / count < 200 ? 0 : 255;
    const colours = [0, 1, 2].map(() => blank(height, width));
    colours.forEach(({ values }, k) => {
      for (let p = 0, q = 0; p < count; p++, q += 4) values[p] = Math.round((data[q + k] * data[q + 3] + plain * (255 - data[q + 3])) / 255);
    });
    return { height, width, colours };
  }

  // Lanczos' kernel, and its weights as Pillow has them for bytes: whole numbers of 2^-22.
  const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  const lanczos = (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);
  const wholeWeights = (length, count) => weightsOf(length, 0, length, count, lanczos, 3)
    .map(({ from, weights }) => ({ from, weights: weights.map((weight) => Math.trunc(weight * 2 ** 22 + (weight < 0 ? -0.5 : 0.5))) }));

  // Along lines, each `step` apart: bytes to bytes.
  function resampled(values, lines, next, length, step, count) {
    const all = wholeWeights(length, count), found = new Float32Array(lines * count);
    const place = step === 1 ? (line, i) => line * count + i : (line, i) => i * step + line;
    for (let i = 0; i < count; i++) {
      const { from, weights } = all[i];
      for (let line = 0; line < lines; line++) {
        let sum = 2 ** 21;
        for (let k = 0, p = line * next + from * step; k < weights.length; k++, p += step) sum += weights[k] * values[p];
        found[place(line, i)] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** 22)));
      }
    }
    return found;
  }

  // The photo with at most so many pixels on its longer side.
  function reducedPhoto(page, side) {
    const { height, width } = page, size = sizeWithin(page, side);
    if (size.height === height && size.width === width) return page;
    const colours = page.colours.map(({ values }) => {
      const rows = size.width === width ? values : resampled(values, height, width, width, 1, size.width);
      return like(size, size.height === height ? rows : resampled(rows, size.width, 1, height, size.width, size.height));
    });
    return { ...size, colours };
  }

  // Squares by their means, so that about so many are left a side; at the rim they may be cut off.
  function shrunk({ height, width, values }, side) {
    const factor = Math.max(1, rounded(Math.max(height, width) / side));
    const found = blank(Math.ceil(height / factor), Math.ceil(width / factor));
    for (let p = 0, y = 0; y < found.height; y++) {
      for (let x = 0; x < found.width; x++, p++) {
        let sum = 0, count = 0;
        for (let row = y * factor; row < Math.min(height, (y + 1) * factor); row++) {
          for (let column = x * factor; column < Math.min(width, (x + 1) * factor); column++, count++) sum += values[row * width + column];
        }
        found.values[p] = sum / count;
      }
    }
    return found;
  }

  Object.assign(engine, { PhotoError, readPicture, reducedPhoto, shrunk });
});
