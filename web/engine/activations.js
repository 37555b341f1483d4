// The book's activation functions (chapter `activations`): f, its derivative f', and f of a complex number.
"use strict";

Layerwise.part(function activations(engine) {
  const { exponential, exponentialMinusOne, tanh } = engine;
  const LECUN_SLOPE = 2 / 3;

  const sechSquared = (x) => { // with z = exp(-|x|), since cosh(x) itself overflows
    const z = exponential(x < 0 ? x : -x), sech = (2 * z) / (1 + z * z);
    return sech * sech;
  };

  // Complex numbers re + i im, where im is so small that its square is 0: then exp(i im) = 1 + i im.
  const complex = (re, im) => ({ re, im });
  function quotient(u, v) {
    const square = v.re * v.re + v.im * v.im;
    return complex((u.re * v.re + u.im * v.im) / square, (u.im * v.re - u.re * v.im) / square);
  }
  function complexTanh(x) {
    const sign = x.re < 0 ? -1 : 1;
    const t = complex(exponentialMinusOne(-2 * sign * x.re), exponential(-2 * sign * x.re) * -2 * sign * x.im);
    return quotient(complex(-sign * t.re, -sign * t.im), complex(2 + t.re, t.im));
  }

  const relu = {
    name: "relu",
    f: (x) => (x > 0 ? x : 0),
    f_prime: (x) => (x > 0 ? 1 : 0), // 0 at 0, as in Keras
    complex: (x) => (x.re > 0 ? x : complex(0, 0)), // the side on which the real part lies
  };

  const hyperbolic = { name: "tanh", f: tanh, f_prime: sechSquared, complex: complexTanh };

  const sigmoid = {
    name: "sigmoid",
    f: (x) => {
      const z = exponential(x < 0 ? x : -x);
      return (x < 0 ? z : 1) / (1 + z);
    },
    f_prime: (x) => 0.25 * sechSquared(0.5 * x),
    complex: (x) => {
      const sign = x.re < 0 ? -1 : 1, size = exponential(-sign * x.re);
      const z = complex(size, size * -sign * x.im);
      return quotient(sign < 0 ? z : complex(1, 0), complex(1 + z.re, z.im));
    },
  };

  const lecun = (a, gain) => ({
    name: "lecun_tanh",
    f: (x) => gain * tanh(LECUN_SLOPE * x) + a * x,
    f_prime: (x) => gain * LECUN_SLOPE * sechSquared(LECUN_SLOPE * x) + a,
    complex: (x) => {
      const t = complexTanh(complex(LECUN_SLOPE * x.re, LECUN_SLOPE * x.im));
      return complex(gain * t.re + a * x.re, gain * t.im + a * x.im);
    },
  });

  engine.LECUN_SLOPE = LECUN_SLOPE;

  // By name; a and gain are of LeCun's tanh, gain tanh(2x/3) + a x.
  engine.findActivation = (name, { a = 0.001, gain = 1.7159 } = {}) =>
    ({ relu, tanh: hyperbolic, sigmoid, lecun_tanh: lecun(a, gain) })[name];
});
