//! What the name of a field says about its value.

/// Returns true for the number of an account under a name that ends in `id`.
pub(super) fn is_number_of(name: &[u8], value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit) && is_id(name)
}

/// Returns true for a name that ends in `id`.
pub(super) fn is_id(name: &[u8]) -> bool {
    matches!(name, [.., b'i' | b'I', b'd' | b'D'])
}

/// Returns true for the `full_name` of a project: `org/project`. Those of persons have blanks.
pub(super) fn is_project(name: &[u8], value: &[u8]) -> bool {
    memchr::memchr(b'/', value).is_some()
        && memchr::memchr(b' ', value).is_none()
        && matches!(name.first(), Some(b'f' | b'F'))
        && has_letters_of(name, b"fullname")
}

/// Returns true if the letters of a name are those of a word in lower case.
pub(super) fn has_letters_of(name: &[u8], word: &[u8]) -> bool {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphabetic());
    letters.map(u8::to_ascii_lowercase).eq(word.iter().copied())
}
