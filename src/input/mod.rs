//! Opening, decompressing and decoding inputs; lines with bounded memory.
