// The weights that ship with the package, as they come with the pages: 16 bits a number, in base64.
"use strict";

Layerwise.part(function weights(engine) {
  // A half-precision number from its bits: sign, five bits of exponent, ten of the fraction. Exact.
  function half(bits) {
    const exponent = (bits >> 10) & 31, fraction = bits & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  }

  // {networks: {network: [[name, shape], ...]}, numbers} to {network: {name: {shape, values}}}.
  engine.unpackedWeights = ({ networks, numbers }) => {
    const letters = atob(numbers);
    let place = 0;
    const take = () => half(letters.charCodeAt(place++) | (letters.charCodeAt(place++) << 8));
    const values = (shape) => Float64Array.from({ length: shape.reduce((product, side) => product * side, 1) }, take);
    return Object.fromEntries(Object.entries(networks).map(([network, arrays]) => [
      network, Object.fromEntries(arrays.map(([name, shape]) => [name, { shape, values: values(shape) }])),
    ]));
  };
});
