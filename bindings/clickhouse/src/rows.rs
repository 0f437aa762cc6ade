//! Chunks of rows, as ClickHouse writes them.

use std::io::{self, BufRead, Error, ErrorKind, Read};

/// The length of the longest accepted value, which is also ClickHouse's own limit.
const MAX_VALUE: u64 = 1 << 30;

/// The most rows that the header of a chunk may announce. Blocks of ClickHouse have far fewer.
const MAX_ROWS: u64 = 1 << 31;

/// The rows of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    data: Vec<u8>,
    /// The end of each row, and true if it is null.
    ends: Vec<(usize, bool)>,
}

impl Rows {
    /// Reads the next chunk. Returns false at the end of the input.
    pub(crate) fn read(&mut self, input: &mut impl BufRead) -> io::Result<bool> {
        self.data.clear();
        self.ends.clear();
        let Some(count) = header(input)? else { return Ok(false) };
        for _ in 0..count {
            let is_null = match byte(input)? {
                0 => false,
                1 => true,
                other => return Err(invalid(format!("{other} is not a null flag of Nullable (0 or 1)"))),
            };
            if !is_null {
                let len = varint(input)?;
                if len > MAX_VALUE {
                    return Err(invalid(format!("a value of {len} bytes")));
                }
                let read = input.by_ref().take(len).read_to_end(&mut self.data)?;
                if read as u64 != len {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            self.ends.push((self.data.len(), is_null));
        }
        Ok(true)
    }

    /// The values; nulls are empty.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, _)| {
            let value = &self.data[start..end];
            start = end;
            value
        })
    }

    /// True for each row that is null.
    pub(crate) fn nulls(&self) -> impl Iterator<Item = bool> {
        self.ends.iter().map(|&(_, is_null)| is_null)
    }
}

/// Reads the number of rows: decimal digits up to a line feed. `None` at the end of the input.
fn header(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut line = Vec::new();
    input.by_ref().take(32).read_until(b'\n', &mut line)?;
    let count = line.strip_suffix(b"\n").and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    match count {
        Some(count) if count <= MAX_ROWS => Ok(Some(count)),
        _ => Err(invalid(format!(
            "{:?} is not a number of rows: is send_chunk_header on?",
            line.escape_ascii().to_string()
        ))),
    }
}

fn byte(input: &mut impl BufRead) -> io::Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    Ok(byte[0])
}

/// Reads a number in LEB128.
fn varint(input: &mut impl BufRead) -> io::Result<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = byte(input)?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(invalid("a length of more than nine bytes".into()))
}

fn invalid(reason: String) -> Error {
    Error::new(ErrorKind::InvalidData, reason)
}

/// Appends a number in LEB128.
pub(crate) fn push_varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a `String`.
pub(crate) fn push_text(text: &[u8], out: &mut Vec<u8>) {
    push_varint(text.len(), out);
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_back_as_written() {
        let values: Vec<Option<Vec<u8>>> =
            [0, 1, 127, 128, 300, 20_000].map(|len| Some(vec![b'v'; len])).into_iter().chain([None]).collect();
        let mut chunk = Vec::new();
        for _ in 0..2 {
            chunk.extend_from_slice(format!("{}\n", values.len()).as_bytes());
            for value in &values {
                chunk.push(u8::from(value.is_none()));
                value.iter().for_each(|value| push_text(value, &mut chunk));
            }
        }
        let (mut rows, mut input) = (Rows::default(), &chunk[..]);
        for _ in 0..2 {
            assert!(rows.read(&mut input).unwrap());
            let read = rows.values().zip(rows.nulls()).map(|(value, is_null)| (!is_null).then(|| value.to_vec()));
            assert_eq!(read.collect::<Vec<_>>(), values);
        }
        assert!(!rows.read(&mut input).unwrap());
        // Any cut is an error and never a panic.
        for end in 1..chunk.len() / 2 {
            let (mut rows, mut input) = (Rows::default(), &chunk[..end]);
            let first = rows.read(&mut input);
            assert!(first.is_err(), "{end}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for input in [
            &b"x\n"[..],
            b"\n",
            b"-1\n",
            b"99999999999999999999999\n",
            b"1\n\x02",
            b"1\n\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        ] {
            assert!(Rows::default().read(&mut &input[..]).is_err(), "{input:?}");
        }
    }
}
