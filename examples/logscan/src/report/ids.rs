//! Ids of objects, which are the same on every run, and pseudonyms of clients, which only the holder of the key can resolve.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The namespace of the objects that this program names.
pub(super) const OURS: [u8; 16] =
    [0x8d, 0x7c, 0x0f, 0x2e, 0x5b, 0x1a, 0x4c, 0x55, 0x9f, 0x3e, 0x2f, 0x6f, 0x0b, 0x9d, 0x7a, 0x41];

/// The namespace of cyber observables with deterministic ids (STIX 2.1, section 2.9).
pub(super) const OBSERVABLES: [u8; 16] =
    [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];

/// The UUID of a name in a namespace (RFC 9562, version 5).
pub(super) fn uuid(namespace: [u8; 16], name: &str) -> String {
    let hash = Sha1::new().chain_update(namespace).chain_update(name.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Returns true for a UUID of any version, in lower case.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => matches!(byte, b'1'..=b'8'),
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// HMAC with SHA-256 (RFC 2104), in hexadecimal.
pub(super) fn keyed(key: &[u8], text: &str) -> String {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text.as_bytes()).finalize();
    hex(&Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_of_names() {
        // RFC 9562, appendix A.4: `www.example.com` in the namespace of domain names.
        let dns = [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        assert_eq!(uuid(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        assert!(is_uuid(&uuid(OURS, "x")) && !is_uuid("2ED6657D-e927-568b-95e1-2665a8aea6a2") && !is_uuid("x"));
    }

    #[test]
    fn keyed_hashes() {
        // RFC 4231, test cases 2 and 6.
        assert_eq!(
            keyed(b"Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            keyed(&[0xaa; 131], "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
