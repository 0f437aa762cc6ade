//! The rows of `generate.py`.

/// Reads a file of values or lines; a null is `None`.
pub(crate) fn rows(mut data: &[u8]) -> Vec<Option<String>> {
    let mut rows = Vec::new();
    while let Some((len, rest)) = data.split_first_chunk() {
        let len = i32::from_le_bytes(*len);
        let (text, rest) = rest.split_at(usize::try_from(len).unwrap_or(0));
        rows.push((len >= 0).then(|| String::from_utf8(text.to_vec()).expect("text")));
        data = rest;
    }
    rows
}
