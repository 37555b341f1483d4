// The product of two matrices in WebAssembly, two elements at a time. It walks through blocks of 4 x 4 elements as
// blockProduct does; a lane holds one element, never half of a sum, so the bits are the same.
"use strict";

Layerwise.part(function kernel(engine) {
  const ROWS = [0, 1, 2, 3], PAIRS = [0, 1];
  const sum = (row, pair) => `sum${row}${pair}`;

  const description = {
    // Addresses; how many rows and columns, multiples of 4; the depth; and in bytes the length of a row and the strides.
    parameters: ["C", "A", "B", "rows", "columns", "depth", "width", "rowStride", "depthStride"],
    locals: {
      i32: ["i", "j", "k", "row", "b", "c", "a0", "a1", "a2", "a3"],
      v128: ["b0", "b1", "a", ...ROWS.flatMap((row) => PAIRS.map((pair) => sum(row, pair)))],
    },
    body: ({ get, set, add, whole, multiply, loadPair, loadTwice, storePair, addPairs, multiplyPairs, zeros, repeat }) => {
      const forward = (pointer, bytes) => set(pointer, add(get(pointer), bytes));
      const addProducts = (row) => [
        set("a", loadTwice(get(`a${row}`))),
        ...PAIRS.map((pair) => set(sum(row, pair), addPairs(get(sum(row, pair)), multiplyPairs(get("a"), get(`b${pair}`))))),
        forward(`a${row}`, get("depthStride")),
      ].flat();
      const storeSums = (row) => [
        ...PAIRS.map((pair) => storePair(get("c"), get(sum(row, pair)), 16 * pair)),
        forward("c", get("width")),
      ].flat();
      return [
        ...set("row", get("A")),
        ...repeat("i", 4, "rows",
          set("j", whole(0)),
          repeat("j", 4, "columns",
            ROWS.flatMap((row) => PAIRS.flatMap((pair) => set(sum(row, pair), zeros()))),
            ROWS.flatMap((row) => set(`a${row}`, add(get("row"), multiply(get("rowStride"), whole(row))))),
            set("b", add(get("B"), multiply(get("j"), whole(8)))),
            set("k", whole(0)),
            repeat("k", 1, "depth",
              PAIRS.flatMap((pair) => set(`b${pair}`, loadPair(get("b"), 16 * pair))),
              ROWS.flatMap(addProducts),
              forward("b", get("width"))),
            set("c", add(get("C"), add(multiply(get("i"), get("width")), multiply(get("j"), whole(8))))),
            ROWS.flatMap(storeSums)),
          forward("row", multiply(get("rowStride"), whole(4)))),
      ];
    },
  };

  const bytes = engine.assemble(description);
  const usable = typeof WebAssembly === "object" && WebAssembly.validate(bytes);
  const module = usable ? new WebAssembly.Module(bytes) : null;

  // Arrays of these lengths, all filled with 0, and the function that multiplies among them.
  // way: "kernel", "blocks" or "plain"; a browser that does not know the kernel's instructions gets blocks.
  function workspace(lengths, way) {
    const count = lengths.reduce((total, length) => total + length, 0);
    const memory = way === "kernel" && usable ? new WebAssembly.Memory({ initial: Math.ceil((8 * count) / 65536) }) : null;
    const buffer = memory ? memory.buffer : new ArrayBuffer(8 * count);
    let start = 0;
    const arrays = lengths.map((length) => new Float64Array(buffer, 8 * (start += length) - 8 * length, length));
    if (!memory) return { arrays, product: way === "plain" ? engine.plainProduct : engine.blockProduct };
    const { run } = new WebAssembly.Instance(module, { own: { memory } }).exports;
    const product = (C, A, B, rows, columns, depth, rowStride, depthStride) => {
      if (rows >= 4 && columns >= 4) {
        run(C.byteOffset, A.byteOffset, B.byteOffset, rows - (rows % 4), columns - (columns % 4), depth,
          8 * columns, 8 * rowStride, 8 * depthStride);
      }
      engine.productEdges(C, A, B, rows, columns, depth, rowStride, depthStride);
    };
    return { arrays, product };
  }

  Object.assign(engine, { kernelBytes: bytes, kernelUsable: usable, workspace });
});
