//! Recognises values by a class for each of their first 64 bytes. The masks of the classes decide, so that nothing branches on single
//! bytes.

use std::arch::x86_64::{
    __m512i, _bzhi_u64, _mm_cmpeq_epi8_mask, _mm_cmple_epu8_mask, _mm_cvtsi128_si64, _mm_maskz_loadu_epi8,
    _mm_set1_epi8, _mm_storeu_si128, _mm_sub_epi8, _mm256_and_si256, _mm256_cvtepi16_epi8, _mm256_maddubs_epi16,
    _mm256_mask_add_epi8, _mm256_maskz_expand_epi8, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_test_epi8_mask,
    _mm512_castsi512_si128, _mm512_castsi512_si256, _mm512_cmpeq_epi8_mask, _mm512_loadu_si512,
    _mm512_maskz_compress_epi8, _mm512_maskz_loadu_epi8, _mm512_movepi8_mask, _mm512_permutex2var_epi8,
    _mm512_set1_epi8, _mm512_test_epi8_mask, _pdep_u32, _pext_u64,
};

use super::known::{Known, LEAST};
use super::octets;
use crate::arch::tails::BATCH;

/// Bytes that are looked at.
const WINDOW: usize = 64;
/// The lengths of the shortest and the longest address.
const QUAD: std::ops::RangeInclusive<usize> = 7..=15;
/// The same, of IPv6.
const SIX: std::ops::RangeInclusive<usize> = 2..=39;
/// The length of the shortest hash.
const HASH: usize = 32;

/// `[A-Za-z0-9._-]`.
const HOST: u8 = 1;
const LETTER: u8 = 2;
/// A hexadecimal digit.
const HEX: u8 = 4;
const COLON: u8 = 8;
/// `/` and `?`, which end an authority.
const END: u8 = 16;

/// The classes of each byte of ASCII.
static CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        let of = byte as u8;
        classes[byte] |= if of.is_ascii_alphabetic() { LETTER | HOST } else { 0 };
        classes[byte] |= if of.is_ascii_digit() { HOST } else { 0 };
        classes[byte] |= if of.is_ascii_hexdigit() { HEX } else { 0 };
        classes[byte] |= match of {
            b'.' | b'-' | b'_' => HOST,
            b':' => COLON,
            b'/' | b'?' => END,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
pub(super) fn known<'v>(count: usize, with_urls: bool, value: impl Fn(usize) -> &'v [u8], known: &mut Known) {
    // SAFETY: the table is 128 bytes long, as many as are read.
    let classes = unsafe {
        [_mm512_loadu_si512(CLASSES.as_ptr().cast()), _mm512_loadu_si512(CLASSES.as_ptr().add(WINDOW).cast())]
    };
    let (mut names, mut quads, mut sixes, mut hosts) = (0, 0, 0, 0);
    for at in 0..count.min(BATCH) {
        let value = value(at);
        let len = value.len();
        if len == 0 {
            continue;
        }
        if QUAD.contains(&len) && value[len - 1].is_ascii_digit() {
            let (addr, is_quad) = quad(value);
            if is_quad {
                known.addrs[at] = addr;
                quads |= 1 << at;
                continue;
            }
        }
        if may_be_hash(value) {
            continue;
        }
        let text = Classed::new(value, classes);
        let of_hosts = text.all(HOST);
        if of_hosts == text.whole {
            if len > WINDOW {
                continue;
            }
            let ends_in_letter = text.all(LETTER) >> (len - 1) & 1 == 1;
            let is_name = ends_in_letter && len >= LEAST && (len < HASH || text.dots() != 0);
            names |= u32::from(is_name) << at;
        } else if let Some(start) = text.after_scheme(len) {
            if with_urls && let Some(end) = text.host(start, len, of_hosts) {
                known.hosts[at] = (start, end);
                hosts |= 1 << at;
            }
        } else if SIX.contains(&len) && text.all(HEX | COLON) == text.whole {
            let (addr, is_six) = six(text, len);
            known.sixes[at] = addr;
            sixes |= u32::from(is_six) << at;
        }
    }
    (known.names, known.quads, known.six, known.urls) = (names, quads, sixes, hosts);
}

/// Returns true if a value is as long as a hash and starts neither like a URL nor like an IPv6 address: looking closer would be in vain
/// for nearly all such values.
#[inline(always)]
fn may_be_hash(value: &[u8]) -> bool {
    value.len() >= HASH && value.len().is_multiple_of(8) && value[0] != b'h' && !value[..5].contains(&b':')
}

/// The first bytes of a value, and their classes.
#[derive(Clone, Copy)]
struct Classed {
    bytes: __m512i,
    classes: __m512i,
    ascii: u64,
    /// A bit for each byte.
    whole: u64,
}

impl Classed {
    #[inline]
    #[target_feature(enable = "bmi2,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn new(value: &[u8], classes: [__m512i; 2]) -> Self {
        // As many low bits as there are bytes, also if there are none.
        let whole = _bzhi_u64(u64::MAX, value.len().min(WINDOW) as u32);
        // SAFETY: bytes outside the mask are not read, and the mask ends with the value.
        let bytes = unsafe { _mm512_maskz_loadu_epi8(whole, value.as_ptr().cast()) };
        let classes = _mm512_permutex2var_epi8(classes[0], bytes, classes[1]);
        // The lookup ignores the highest bit.
        Self { bytes, classes, ascii: !_mm512_movepi8_mask(bytes), whole }
    }

    /// A bit for each byte of one of these classes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn all(self, classes: u8) -> u64 {
        _mm512_test_epi8_mask(self.classes, _mm512_set1_epi8(classes as i8)) & self.ascii
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn dots(self) -> u64 {
        _mm512_cmpeq_epi8_mask(self.bytes, _mm512_set1_epi8(b'.' as i8))
    }

    /// Returns the place after `http://` or `https://`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn after_scheme(self, len: usize) -> Option<u8> {
        let first = _mm_cvtsi128_si64(_mm512_castsi512_si128(self.bytes)) as u64;
        let is_secure = first == u64::from_le_bytes(*b"https://");
        let is_plain = first << 8 == u64::from_le_bytes(*b"\0http://");
        (is_secure || (is_plain && len > 7)).then_some(7 + u8::from(is_secure))
    }

    /// Returns the end of the host that starts here, without its root dot: if it is a name and the authority ends with it.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn host(self, start: u8, len: usize, of_hosts: u64) -> Option<u8> {
        let count = (!(of_hosts >> start)).trailing_zeros();
        let end = u32::from(start) + count;
        let is_end = end as usize == len || end < WINDOW as u32 && self.all(END) >> end & 1 == 1;
        let dots = self.dots() >> start & ((1_u64 << count) - 1);
        // A single dot at the end is the root dot.
        let count = count - (dots >> (count.max(1) - 1) & 1) as u32;
        let inner = dots & ((1_u64 << count) - 1);
        let last = 64 - inner.leading_zeros();
        let is_letter = self.all(LETTER) >> start >> last & 1 == 1;
        let is_name = is_letter & (last < count) & (dots & 1 == 0) & (dots & dots >> 1 == 0);
        (is_end && is_name).then_some(start + count as u8)
    }
}

/// Reads a text of at most 15 bytes as an address of four octets. Also returns whether it is one; if not, the address is arbitrary.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi")]
fn quad(text: &[u8]) -> (u32, bool) {
    let len = text.len();
    // SAFETY: bytes outside the mask are not read, and the mask ends with the text.
    let bytes = unsafe { _mm_maskz_loadu_epi8(((1_u32 << (len & 15)) - 1) as u16, text.as_ptr().cast()) };
    let dots = u32::from(_mm_cmpeq_epi8_mask(bytes, _mm_set1_epi8(b'.' as i8)));
    let digits = _mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8));
    let are_digits = u32::from(_mm_cmple_epu8_mask(digits, _mm_set1_epi8(9)));
    let end = 1_u32 << (len & 15);
    let ends = dots | end;
    let (addr, is_addr) = octets::addr(digits, ends);
    (addr, (dots | are_digits == end - 1) & is_addr)
}

/// Reads a text of hexadecimal digits and colons as an IPv6 address. Also returns whether it is one; if not, the address is arbitrary.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn six(text: Classed, len: usize) -> (u128, bool) {
    let (digits, colons) = (text.all(HEX), text.all(COLON));
    // The last digit of each group, the one before it, and so on; no group has a fifth.
    let first = digits & (colons | 1 << len) >> 1;
    let second = digits & first >> 1;
    let third = digits & second >> 1;
    let fourth = digits & third >> 1;
    let fifth = digits & fourth >> 1;
    // A bit for each group that has so many digits, moved to the place of the digit among four.
    let count = first.count_ones();
    let has = |digits: u64| _pext_u64(digits, first) as u32;
    let places = _pdep_u32(u32::MAX, 0x8888_8888 & ((1_u64 << (4 * count.min(8))) - 1) as u32)
        | _pdep_u32(has(second << 1), 0x4444_4444)
        | _pdep_u32(has(third << 2), 0x2222_2222)
        | _pdep_u32(has(fourth << 3), 0x1111_1111);
    // The groups after the gap are the last ones.
    let gap = colons & colons >> 1;
    let before = (1_u64 << (4 * (first & gap.wrapping_sub(1)).count_ones().min(8))) - 1;
    let missing = 8_u32.wrapping_sub(count) & 15;
    let places = (u64::from(places) & before | (u64::from(places) & !before) << (4 * missing)) as u32;
    let alone = colons & !(gap | gap << 1);
    let has_gap = gap != 0;
    let is_six = (fifth == 0)
        & (gap & gap.wrapping_sub(1) == 0)
        & (if has_gap { count < 8 } else { count == 8 })
        & (alone & (1 | 1 << (len - 1)) == 0);
    let all = _mm512_castsi512_si256(_mm512_maskz_compress_epi8(digits, text.bytes));
    let all = _mm256_maskz_expand_epi8(places, all);
    let letters = _mm256_test_epi8_mask(all, _mm256_set1_epi8(0x40));
    let low = _mm256_and_si256(all, _mm256_set1_epi8(0x0F));
    let values = _mm256_mask_add_epi8(low, letters, low, _mm256_set1_epi8(9));
    // The first digit of each byte weighs 16.
    let bytes = _mm256_cvtepi16_epi8(_mm256_maddubs_epi16(values, _mm256_set1_epi16(0x0110)));
    let mut addr = [0; 16];
    // SAFETY: the array is 16 bytes long, as many as are written.
    unsafe { _mm_storeu_si128(addr.as_mut_ptr().cast(), bytes) };
    (u128::from_be_bytes(addr), is_six)
}
