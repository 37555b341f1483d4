// Real digits, as they come with the pages.
"use strict";

(function digits(engine) {
  // Deflated and in base64: {images: 784 bytes a digit; labels}.
  async function unpackedDigits({ deflated, labels }) {
    const bytes = Uint8Array.from(atob(deflated), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return { images: new Uint8Array(await new Response(stream).arrayBuffer()), labels: Uint8Array.from(labels, Number) };
  }

  engine.unpackedDigits = unpackedDigits;
})(Layerwise);
