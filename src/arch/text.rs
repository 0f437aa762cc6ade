//! Texts of eight bytes and more, and vector operations on them. Every CPU of the architecture has these instructions.

/// A text of at least eight bytes, so that eight of its bytes can always be read at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t>(pub(super) &'t [u8]);

/// The length of a word in bytes.
pub(crate) const WORD: usize = 8;
/// The number of bytes that `Text::head` and `Text::end` look at.
pub(crate) const WINDOW: usize = 32;

/// A summary of the last [`WINDOW`] bytes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The dots: the last byte is the highest bit. Bits before the text are not set.
    pub(crate) dots: u32,
    /// True if all bytes are ASCII.
    pub(crate) is_ascii: bool,
}

/// A summary of the first [`WINDOW`] bytes of a text. The first byte is the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The bytes other than `[A-Za-z0-9._-]`. Bits past the end of the text are set.
    pub(crate) others: u32,
    /// The dots.
    pub(crate) dots: u32,
}

impl Head {
    /// The number of name bytes at the start of the text, at most [`WINDOW`].
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.others.trailing_zeros() as usize
    }
}

impl<'t> Text<'t> {
    /// Returns `None` if the text is shorter than a word.
    #[inline(always)]
    pub(crate) fn new(bytes: &'t [u8]) -> Option<Self> {
        (bytes.len() >= WORD).then_some(Self(bytes))
    }

    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
pub(super) mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_loadl_epi64, _mm_loadu_si128, _mm_min_epu8,
        _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_sub_epi8, _mm_unpacklo_epi64,
    };

    use super::{End, Head, Text, WINDOW, WORD};

    const LANE: usize = 16;

    #[inline(always)]
    pub(in crate::arch) fn head(text: Text<'_>) -> Head {
        let len = text.len();
        let place = |at: usize| text.0[at..].as_ptr().cast::<__m128i>();
        // SAFETY: SSE2 is part of the target. The loads take 16 bytes from a place at least 16 before the end, or 8 from one
        // at least 8 before it.
        unsafe {
            let hosts = |lane| _mm_movemask_epi8(of_hosts(lane)) as u32;
            if len < LANE {
                let halves = _mm_unpacklo_epi64(_mm_loadl_epi64(place(0)), _mm_loadl_epi64(place(len - WORD)));
                let join = |bits: u32| bits & 0xFF | bits >> WORD << (len - WORD);
                return Head { others: !join(hosts(halves)), dots: join(dots(halves)) };
            }
            // Where the two loads overlap, they give the same bits.
            let next = LANE.min(len - LANE);
            let (first, second) = (_mm_loadu_si128(place(0)), _mm_loadu_si128(place(next)));
            let join = |first: u32, second: u32| first | second << next;
            Head { others: !join(hosts(first), hosts(second)), dots: join(dots(first), dots(second)) }
        }
    }

    #[inline(always)]
    pub(in crate::arch) fn end(text: Text<'_>) -> End {
        let len = text.len();
        let place = |at: usize| text.0[at..].as_ptr().cast::<__m128i>();
        // SAFETY: SSE2 is part of the target. The loads take 16 bytes from a place at least 16 before the end, or 8 from one
        // that is 8 before it.
        unsafe {
            let (last, first) = if len >= LANE {
                (_mm_loadu_si128(place(len - LANE)), _mm_loadu_si128(place(len.max(WINDOW) - WINDOW)))
            } else {
                let halves = _mm_unpacklo_epi64(_mm_loadl_epi64(place(0)), _mm_loadl_epi64(place(len - WORD)));
                return short(halves, len);
            };
            let (of_last, of_first) = (dots(last), dots(first));
            // The two parts overlap, where both give the same bits.
            End {
                dots: of_last << LANE | of_first << (WINDOW - len.min(WINDOW)),
                is_ascii: _mm_movemask_epi8(_mm_or_si128(last, first)) == 0,
            }
        }
    }

    /// Like `end`, for 8 to 15 bytes, given as their first and last eight.
    #[inline(always)]
    unsafe fn short(halves: __m128i, len: usize) -> End {
        // SAFETY: SSE2 is part of the target.
        let (dots, is_ascii) = unsafe { (dots(halves), _mm_movemask_epi8(halves) == 0) };
        End { dots: dots >> WORD << (WINDOW - WORD) | (dots & 0xFF) << (WINDOW - len), is_ascii }
    }

    #[inline(always)]
    pub(in crate::arch) fn is_of_names(text: Text<'_>) -> bool {
        let len = text.len();
        let place = |at: usize| text.0[at..].as_ptr().cast::<__m128i>();
        // SAFETY: as above.
        unsafe {
            if len < LANE {
                let halves = _mm_unpacklo_epi64(_mm_loadl_epi64(place(0)), _mm_loadl_epi64(place(len - WORD)));
                return _mm_movemask_epi8(of_names(halves)) == 0xFFFF;
            }
            let mut all = of_names(_mm_loadu_si128(place(len - LANE)));
            let mut at = 0;
            while at + LANE < len {
                all = _mm_and_si128(all, of_names(_mm_loadu_si128(place(at))));
                at += LANE;
            }
            _mm_movemask_epi8(all) == 0xFFFF
        }
    }

    #[inline(always)]
    pub(in crate::arch) fn pairs(rows: &[u8; 2 * WORD], first: u8, second: u8) -> u32 {
        let all = |byte: u8| (u64::MAX / 0xFF).wrapping_mul(byte.into()) as i64;
        // SAFETY: SSE2 is part of the target; the 16 bytes that are loaded exist.
        unsafe {
            let wanted = _mm_set_epi64x(all(second), all(first));
            let same = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(rows.as_ptr().cast()), wanted)) as u32;
            same & same >> WORD
        }
    }

    /// Marks the bytes that names have, in upper or lower case.
    #[inline(always)]
    unsafe fn of_hosts(lane: __m128i) -> __m128i {
        // SAFETY: SSE2 is part of the target.
        unsafe {
            let is_upper = _mm_cmpeq_epi8(
                _mm_min_epu8(_mm_sub_epi8(lane, _mm_set1_epi8(b'A' as i8)), _mm_set1_epi8(25)),
                _mm_sub_epi8(lane, _mm_set1_epi8(b'A' as i8)),
            );
            _mm_or_si128(of_names(lane), is_upper)
        }
    }

    /// Marks the bytes that canonical names have.
    #[inline(always)]
    unsafe fn of_names(lane: __m128i) -> __m128i {
        // SAFETY: SSE2 is part of the target.
        unsafe {
            let is = |byte: u8| _mm_cmpeq_epi8(lane, _mm_set1_epi8(byte as i8));
            let is_within = |first: u8, last: u8| {
                let from_first = _mm_sub_epi8(lane, _mm_set1_epi8(first as i8));
                _mm_cmpeq_epi8(_mm_min_epu8(from_first, _mm_set1_epi8((last - first) as i8)), from_first)
            };
            // Between `-` and `9` only `/` is not a byte of names.
            let low = _mm_andnot_si128(is(b'/'), is_within(b'-', b'9'));
            _mm_or_si128(low, _mm_or_si128(is_within(b'a', b'z'), is(b'_')))
        }
    }

    #[inline(always)]
    unsafe fn dots(lane: __m128i) -> u32 {
        // SAFETY: SSE2 is part of the target.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(lane, _mm_set1_epi8(b'.' as i8))) as u32 }
    }
}

#[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
pub(super) mod neon {
    use std::arch::aarch64::{
        uint8x16_t, vaddv_u8, vandq_u8, vbicq_u8, vceqq_u8, vcleq_u8, vcombine_u8, vdupq_n_u8, vget_high_u8,
        vget_low_u8, vgetq_lane_u32, vld1_u8, vld1q_u8, vmaxvq_u8, vminvq_u8, vorrq_u8, vpaddq_u8,
        vreinterpretq_u32_u8, vsubq_u8,
    };

    use super::{End, Text, WINDOW, WORD};

    const LANE: usize = 16;
    const BITS: [u8; LANE] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

    #[inline(always)]
    pub(in crate::arch) fn is_of_names(text: Text<'_>) -> bool {
        let len = text.len();
        let place = |at: usize| text.0[at..].as_ptr();
        // SAFETY: as below.
        unsafe {
            if len < LANE {
                return vminvq_u8(of_names(vcombine_u8(vld1_u8(place(0)), vld1_u8(place(len - WORD))))) == 0xFF;
            }
            let mut all = of_names(vld1q_u8(place(len - LANE)));
            let mut at = 0;
            while at + LANE < len {
                all = vandq_u8(all, of_names(vld1q_u8(place(at))));
                at += LANE;
            }
            vminvq_u8(all) == 0xFF
        }
    }

    /// Marks the bytes that canonical names have.
    #[inline(always)]
    unsafe fn of_names(lane: uint8x16_t) -> uint8x16_t {
        // SAFETY: NEON is part of the target.
        unsafe {
            let is = |byte: u8| vceqq_u8(lane, vdupq_n_u8(byte));
            let is_within = |first: u8, last: u8| vcleq_u8(vsubq_u8(lane, vdupq_n_u8(first)), vdupq_n_u8(last - first));
            // Between `-` and `9` only `/` is not a byte of names.
            let low = vbicq_u8(is_within(b'-', b'9'), is(b'/'));
            vorrq_u8(low, vorrq_u8(is_within(b'a', b'z'), is(b'_')))
        }
    }

    #[inline(always)]
    pub(in crate::arch) fn end(text: Text<'_>) -> End {
        let len = text.len();
        let place = |at: usize| text.0[at..].as_ptr();
        // SAFETY: NEON is part of the target. The loads take 16 bytes from a place at least 16 before the end, or 8 from one
        // that is 8 before it, and the 16 of the table.
        unsafe {
            let bits = vld1q_u8(BITS.as_ptr());
            let dots = |lane: uint8x16_t| vandq_u8(vceqq_u8(lane, vdupq_n_u8(b'.')), bits);
            let is_ascii = |lane: uint8x16_t| vmaxvq_u8(lane) < 0x80;
            if len < LANE {
                let halves = vcombine_u8(vld1_u8(place(0)), vld1_u8(place(len - WORD)));
                let both = dots(halves);
                let sum = |half| u32::from(vaddv_u8(half));
                let (first, last) = (sum(vget_low_u8(both)), sum(vget_high_u8(both)));
                return End { dots: last << (WINDOW - WORD) | first << (WINDOW - len), is_ascii: is_ascii(halves) };
            }
            let (last, first) = (vld1q_u8(place(len - LANE)), vld1q_u8(place(len.max(WINDOW) - WINDOW)));
            // Neighbours are added up until each lane is 16 bits.
            let sum = vpaddq_u8(dots(first), dots(last));
            let sum = vpaddq_u8(sum, sum);
            let both = vgetq_lane_u32::<0>(vreinterpretq_u32_u8(vpaddq_u8(sum, sum)));
            // The two parts overlap, where both give the same bits.
            End {
                dots: both >> LANE << LANE | (both & 0xFFFF) << (WINDOW - len.min(WINDOW)),
                is_ascii: is_ascii(vorrq_u8(last, first)),
            }
        }
    }
}
