// Random numbers that a seed decides: the generator xoshiro128** of Blackman and Vigna (2018), which needs 32 bits only.
"use strict";

Layerwise.part(function random(engine) {
  // Spreads every bit of a 32-bit number over all of them, so that neighbouring seeds start far apart.
  function mixed(z) {
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  const rotated = (x, k) => (x << k) | (x >>> (32 - k));

  // Each seed has many streams, one for each layer's weights and more, so that none depends on how much others draw.
  class Random {
    constructor(seed, stream) {
      let z = mixed(seed + 0x9e3779b9) + stream;
      this.state = Uint32Array.from({ length: 4 }, () => mixed((z = (z + 0x9e3779b9) | 0)));
    }

    // The next 32 bits.
    next() {
      const s = this.state;
      const result = Math.imul(rotated(Math.imul(s[1], 5), 7), 9) >>> 0;
      const t = s[1] << 9;
      s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t;
      s[3] = rotated(s[3], 11);
      return result;
    }

    // From [0, 1), 53 bits.
    uniform() {
      const high = this.next() >>> 5, low = this.next() >>> 6;
      return (high * 67108864 + low) / 9007199254740992;
    }

    // Fills an array with numbers of mean 0 and this variance, evenly spread, as Glorot drew them.
    fill(array, variance) {
      const limit = Math.sqrt(3 * variance);
      for (let i = 0; i < array.length; i++) array[i] = limit * (2 * this.uniform() - 1);
    }

    // 0..count-1 in random order.
    order(count) {
      const order = Int32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor((i + 1) * this.uniform());
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    }
  }

  engine.Random = Random;
});
