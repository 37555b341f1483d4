// An assembler for the few WebAssembly instructions that the kernel is made of. Each function returns the bytes of one
// instruction, those of its operands first; nested calls read like the expression that they compute.
// The numbers are those of the WebAssembly specification, version 2.0, sections 5.4 (instructions) and 5.5 (modules).
"use strict";

Layerwise.part(function assembler(engine) {
  const I32 = 0x7f, V128 = 0x7b, NOTHING = 0x40;

  // A whole number in LEB128: seven bits a byte, the highest bit says that more follow.
  function unsigned(value) {
    const bytes = [];
    for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
    return [...bytes, value];
  }
  const list = (items) => [...unsigned(items.length), ...items.flat()];
  const section = (id, content) => [id, ...unsigned(content.length), ...content];
  const text = (letters) => list([...letters].map((letter) => letter.charCodeAt(0)));

  const operation = (...code) => (...operands) => [...operands.flat(), ...code];
  const load = (code) => (address, offset = 0) => [...address, 0xfd, code, 3, ...unsigned(offset)]; // 3: 8 bytes apart

  // The bytes of a module with one function, which works on the memory that it imports.
  //
  // parameters: names of i32; locals: {i32: names, v128: names}; body: from instructions to bytes.
  function assemble({ parameters, locals, body }) {
    const names = [...parameters, ...locals.i32, ...locals.v128];
    const local = (name) => unsigned(names.indexOf(name));
    const get = (name) => [0x20, ...local(name)];
    const set = (name, value) => [...value, 0x21, ...local(name)];
    const add = operation(0x6a), lessThan = operation(0x48);
    const instructions = {
      get, set, add,
      whole: (value) => [0x41, value], // 0 to 63
      subtract: operation(0x6b),
      multiply: operation(0x6c),
      loadPair: load(0), // two neighbours
      loadTwice: load(10), // one number in both lanes
      storePair: (address, value, offset = 0) => [...address, ...value, 0xfd, 11, 3, ...unsigned(offset)],
      addPairs: operation(0xfd, 0xf0, 1),
      multiplyPairs: operation(0xfd, 0xf2, 1),
      zeros: () => [0xfd, 12, ...new Array(16).fill(0)],
      // Does the steps at least once, and again while the counter, made larger by `step`, is below `limit`.
      repeat: (counter, step, limit, ...steps) => [
        0x03, NOTHING, ...steps.flat(), ...set(counter, add(get(counter), [0x41, step])),
        ...lessThan(get(counter), get(limit)), 0x0d, 0, 0x0b,
      ],
    };
    const declared = list([[...unsigned(locals.i32.length), I32], [...unsigned(locals.v128.length), V128]]);
    const code = [...declared, ...body(instructions), 0x0b];
    return Uint8Array.from([
      0, ...text("asm").slice(1), 1, 0, 0, 0,
      ...section(1, list([[0x60, ...list(parameters.map(() => I32)), 0]])), // the function's type
      ...section(2, list([[...text("own"), ...text("memory"), 2, 0, 1]])), // the imported memory
      ...section(3, [1, 0]),
      ...section(7, list([[...text("run"), 0, 0]])), // its name outside
      ...section(10, list([[...unsigned(code.length), ...code]])),
    ]);
  }

  engine.assemble = assemble;
});
