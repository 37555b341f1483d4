// The product of two matrices, C = A B, which takes nearly all the time of a network. Every element is the sum
// 0 + A_i0 B_0j + A_i1 B_1j + ..., added in this order by each of the three ways, so that all of them give the same bits.
//
// C (rows, columns) and B (depth, columns) lie row by row. A_ik is A[i rowStride + k depthStride]: so A may be a matrix
// that lies row by row, or the transpose of one.
"use strict";

Layerwise.part(function products(engine) {
  // As it is defined: one sum after the other.
  function plain(C, A, B, rows, columns, depth, rowStride, depthStride, firstRow = 0, firstColumn = 0) {
    for (let i = firstRow; i < rows; i++) {
      for (let j = firstColumn; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += A[i * rowStride + k * depthStride] * B[k * columns + j];
        C[i * columns + j] = sum;
      }
    }
  }

  // What blocks of 4 x 4 leave over: the last columns of the rows that they cover, and the last rows.
  function edges(C, A, B, rows, columns, depth, rowStride, depthStride) {
    const blockRows = columns < 4 ? 0 : rows - (rows % 4);
    if (columns % 4) plain(C, A, B, blockRows, columns, depth, rowStride, depthStride, 0, columns - (columns % 4));
    if (blockRows < rows) plain(C, A, B, rows, columns, depth, rowStride, depthStride, blockRows);
  }

  // Sixteen sums at a time: eight numbers read serve sixteen products, and the sums stay in the processor's registers.
  function blocks(C, A, B, rows, columns, depth, rowStride, depthStride) {
    for (let i = 0; i + 4 <= rows; i += 4) {
      for (let j = 0; j + 4 <= columns; j += 4) {
        let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        let a = i * rowStride, b = j;
        for (let k = 0; k < depth; k++) {
          const b0 = B[b], b1 = B[b + 1], b2 = B[b + 2], b3 = B[b + 3];
          const a0 = A[a], a1 = A[a + rowStride], a2 = A[a + 2 * rowStride], a3 = A[a + 3 * rowStride];
          c00 += a0 * b0; c01 += a0 * b1; c02 += a0 * b2; c03 += a0 * b3;
          c10 += a1 * b0; c11 += a1 * b1; c12 += a1 * b2; c13 += a1 * b3;
          c20 += a2 * b0; c21 += a2 * b1; c22 += a2 * b2; c23 += a2 * b3;
          c30 += a3 * b0; c31 += a3 * b1; c32 += a3 * b2; c33 += a3 * b3;
          a += depthStride;
          b += columns;
        }
        let c = i * columns + j;
        C[c] = c00; C[c + 1] = c01; C[c + 2] = c02; C[c + 3] = c03; c += columns;
        C[c] = c10; C[c + 1] = c11; C[c + 2] = c12; C[c + 3] = c13; c += columns;
        C[c] = c20; C[c + 1] = c21; C[c + 2] = c22; C[c + 3] = c23; c += columns;
        C[c] = c30; C[c + 1] = c31; C[c + 2] = c32; C[c + 3] = c33;
      }
    }
    edges(C, A, B, rows, columns, depth, rowStride, depthStride);
  }

  function transpose(target, source, rows, columns) {
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) target[j * rows + i] = source[i * columns + j];
  }

  Object.assign(engine, { plainProduct: plain, blockProduct: blocks, productEdges: edges, transpose });
});
