//! Recognises the commonest values of a batch with vector code: names, addresses, and URLs by their hosts. The caller looks at the others
//! one by one.

use super::cpu::Kernel;

mod known;
#[cfg(target_arch = "x86_64")]
mod octets;
#[cfg(target_arch = "x86_64")]
mod wide;

pub(crate) use known::Known;

/// Recognises values among `count`, which is at most [`BATCH`](super::tails::BATCH); URLs only if asked to. May leave out any of them; the
/// scalar and portable kernels leave out all.
#[inline]
pub(crate) fn known<'v>(
    kernel: Kernel,
    count: usize,
    with_urls: bool,
    value: impl Fn(usize) -> &'v [u8],
    known: &mut Known,
) {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the token proves that the CPU has these features.
        Kernel::Avx512(of) if of.gfni.is_some() => unsafe { wide::known(count, with_urls, value, known) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the token proves that the CPU has these features.
        Kernel::Avx2(_) | Kernel::Avx512(_) => unsafe { x86::known(count, value, known) },
        _ => {
            let _ = (count, with_urls, value);
            (known.names, known.quads, known.six, known.urls) = (0, 0, 0, 0);
        }
    }
}

/// Tables to look up a byte by its two halves: a byte is one of names if the entries of both have a bit in common.
#[cfg(target_arch = "x86_64")]
mod halves {
    const MARK: u8 = 1;
    const DIGIT: u8 = 2;
    const FIRST: u8 = 4;
    const SECOND: u8 = 8;
    const UNDERSCORE: u8 = 16;

    pub(super) static LOW: [u8; 16] = {
        let mut table = [FIRST; 16];
        let mut half = 0;
        while half <= 0xA {
            table[half] |= if half < 0xA { DIGIT | SECOND } else { SECOND };
            half += 1;
        }
        table[0] &= !FIRST;
        table[0xD] |= MARK;
        table[0xE] |= MARK;
        table[0xF] |= UNDERSCORE;
        table
    };

    pub(super) static HIGH: [u8; 16] = {
        let mut table = [0; 16];
        table[2] = MARK;
        table[3] = DIGIT;
        table[4] = FIRST;
        table[5] = SECOND | UNDERSCORE;
        table[6] = FIRST;
        table[7] = SECOND;
        table
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8,
        _mm256_set_epi64x, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::octets;
    use super::{Known, halves};
    use crate::arch::tails::BATCH;
    use crate::arch::text::{Text, WINDOW, WORD};

    /// The length of the longest address.
    const LONGEST: usize = 15;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn known<'v>(count: usize, value: impl Fn(usize) -> &'v [u8], known: &mut Known) {
        (known.names, known.quads, known.six, known.urls) = (0, 0, 0, 0);
        for (slot, at) in known.addrs.iter_mut().zip(0..count.min(BATCH)) {
            let value = value(at);
            let Some(text) = Text::new(value).filter(|text| text.len() < WINDOW) else { continue };
            let last = value[value.len() - 1];
            if last.is_ascii_digit() {
                if value.len() <= LONGEST {
                    let (addr, is_quad) = quad(text);
                    *slot = addr;
                    known.quads |= u32::from(is_quad) << at;
                }
            } else {
                known.names |= u32::from(last.is_ascii_alphabetic() && is_of_hosts(text)) << at;
            }
        }
    }

    /// Returns true if all bytes of a text of at most [`WINDOW`] are `[A-Za-z0-9._-]`.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn is_of_hosts(text: Text<'_>) -> bool {
        let word = |at: usize| i64::from_le_bytes(text.word(at));
        // The last words overlap the first ones, and a word past the end is the last one.
        let len = text.len();
        let bytes = _mm256_set_epi64x(word(len), word(len.saturating_sub(2 * WORD)), word(WORD), word(0));
        // SAFETY: each table is 16 bytes long, as many as are read.
        let (low, high) = unsafe {
            (
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::LOW.as_ptr().cast())),
                _mm256_broadcastsi128_si256(_mm_loadu_si128(halves::HIGH.as_ptr().cast())),
            )
        };
        // For bytes outside ASCII the lookup by the lower half gives zero.
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0F));
        let both = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper));
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())) == 0
    }

    /// Reads a text of 8 to 15 bytes as an address. Also returns whether it is one; if not, the address is arbitrary.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn quad(text: Text<'_>) -> (u32, bool) {
        let len = text.len();
        let word = |at: usize| u64::from_le_bytes(text.word(at));
        // The bytes after the first eight, with zeros after them.
        let rest = word(len) >> 8 >> ((8 * (LONGEST - len.min(LONGEST))) & 63);
        let bytes = _mm_set_epi64x(rest as i64, word(0) as i64);
        let mask = |lanes: __m128i| _mm_movemask_epi8(lanes) as u32;
        let dots = mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'.' as i8)));
        let digits = _mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8));
        let are_digits = mask(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
        let end = 1_u32 << len;
        let ends = dots | end;
        let (addr, is_addr) = octets::addr(digits, ends);
        (addr, (dots | are_digits == end - 1) & is_addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::cpu::Engine;
    use crate::arch::host::is_of_hosts;
    use crate::arch::tails::BATCH;
    use crate::random::{Random, cases};

    /// What is known of one value.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct One {
        is_name: bool,
        quad: Option<u32>,
        six: Option<u128>,
        host: Option<(u8, u8)>,
    }

    fn is_wide(kernel: Kernel) -> bool {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512(of) => of.gfni.is_some(),
            _ => false,
        }
    }

    /// What a kernel should tell of one value, with URLs.
    fn of_one(kernel: Kernel, value: &[u8]) -> One {
        let is_wide = is_wide(kernel);
        if !is_wide && !matches!(kernel.engine(), Engine::Avx2 | Engine::Avx512) {
            return One::default();
        }
        let most = if is_wide { 64 } else { 31 };
        let is_name = (8..=most).contains(&value.len())
            && value.iter().all(|&byte| is_of_hosts(byte))
            && value.last().is_some_and(u8::is_ascii_alphabetic)
            && (value.len() < 32 || value.contains(&b'.'))
            // Hashes have such lengths.
            && (value.len() < 32 || !value.len().is_multiple_of(8) || value[0] == b'h');
        let text = str::from_utf8(value).ok();
        let quad = text.and_then(|text| text.parse::<std::net::Ipv4Addr>().ok());
        let six = text.and_then(|text| text.parse::<std::net::Ipv6Addr>().ok());
        One {
            is_name,
            quad: quad.filter(|_| is_wide || value.len() >= 8).map(|addr| addr.to_bits()),
            six: six.filter(|_| is_wide && !value.contains(&b'.')).map(|addr| addr.to_bits()),
            host: if is_wide { host(value) } else { None },
        }
    }

    /// The host of a URL within the first 64 bytes.
    fn host(value: &[u8]) -> Option<(u8, u8)> {
        let start = ["http://", "https://"].iter().find(|scheme| value.starts_with(scheme.as_bytes()))?.len();
        let len = value[start..].iter().take_while(|&&byte| is_of_hosts(byte)).count();
        let (host, rest) = value[start..].split_at(len);
        let name = host.strip_suffix(b".").unwrap_or(host);
        let mut labels = name.split(|&byte| byte == b'.');
        let is_name = labels.clone().all(|label| !label.is_empty())
            && labels.next_back().is_some_and(|last| last.first().is_some_and(u8::is_ascii_alphabetic));
        let is_end = matches!(rest, [] | [b'/' | b'?', ..]);
        let is_near = start + len + rest.len().min(1) <= 64;
        (is_name && is_end && is_near).then(|| (start as u8, (start + name.len()) as u8))
    }

    fn check(values: &[&[u8]]) {
        for kernel in Kernel::available() {
            let mut all = Known::new();
            for values in values.chunks(BATCH) {
                for with_urls in [false, true] {
                    known(kernel, values.len(), with_urls, |at| values[at], &mut all);
                    for (at, value) in values.iter().enumerate() {
                        let has = |bits: u32| bits >> at & 1 == 1;
                        let found = One {
                            is_name: has(all.names),
                            quad: has(all.quads).then(|| all.addrs[at]),
                            six: has(all.six).then(|| all.sixes[at]),
                            host: has(all.urls).then(|| all.hosts[at]),
                        };
                        let want = of_one(kernel, value);
                        let want = if with_urls { want } else { One { host: None, ..want } };
                        assert_eq!(found, want, "{kernel:?} {}", value.escape_ascii());
                    }
                    let known = all.names | all.quads | all.six | all.urls;
                    assert_eq!(known & (u64::MAX << values.len()) as u32, 0);
                }
            }
        }
    }

    #[test]
    fn every_byte_of_a_name_is_looked_at() {
        for len in (0..70).step_by(cases(1, 16)) {
            for at in 0..len {
                for byte in (0..=u8::MAX).step_by(cases(1, 73)) {
                    let mut name =
                        b"AZ09_-.azmnopqPQabcdefghijklmnopqrstuvwz0123456789ABCDEFGHIJKLMNOPQRSTU"[..len].to_vec();
                    name[at] = byte;
                    check(&[&name]);
                }
            }
        }
    }

    #[test]
    fn addresses_are_what_the_standard_library_reads() {
        let mut random = Random::new(8);
        let (right, wrong) = (
            ["0", "1", "9", "10", "99", "100", "199", "255"],
            ["256", "999", "00", "01", "001", "010", "1000", "", "a", "1a", "-1", "/1", ":1", "+1", " 1"],
        );
        let texts: Vec<String> = (0..cases(300_000, 20))
            .map(|_| {
                let count = if random.below(8) == 0 { 1 + random.index(6) } else { 4 };
                let octets: Vec<&str> = (0..count)
                    .map(|_| if random.below(8) > 0 { random.pick(&right) } else { random.pick(&wrong) })
                    .collect();
                octets.join(".")
            })
            .collect();
        check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        let texts: Vec<Vec<u8>> = (0..cases(300_000, 20))
            .map(|_| (0..6 + random.index(12)).map(|_| random.pick(b"0123456789.....1234567890a-/:\xB0\0")).collect())
            .collect();
        check(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let texts: Vec<String> =
            (0..cases(300_000, 20)).map(|_| std::net::Ipv4Addr::from_bits(random.next() as u32).to_string()).collect();
        check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
    }

    /// Each octet with each value of up to four digits.
    #[test]
    fn octets_end_at_255() {
        for place in 0..4 {
            let texts: Vec<String> = (0..=1023)
                .step_by(cases(1, 101))
                .flat_map(|value| [format!("{value}"), format!("0{value}")])
                .map(|octet| {
                    let mut octets = ["12", "0", "200", "7"].map(str::to_owned);
                    octets[place] = octet;
                    octets.join(".")
                })
                .collect();
            check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }

    #[test]
    fn ipv6_addresses_are_what_the_standard_library_reads() {
        let mut random = Random::new(10);
        let mut texts: Vec<Vec<u8>> =
            ["::", ":::", "::1::", "1::2::3", ":1::", "::1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"]
                .into_iter()
                .chain(["1:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1::3:4:5:6:7:8", "::1:2:3:4:5:6:7:8"])
                .chain([
                    "::ffff:192.0.2.1",
                    "::ffff:c000:201",
                    "[::1]",
                    "fe80::1%eth0",
                    "::1/128",
                    "12345::",
                    "::g",
                    "a:b",
                ])
                .map(|text| text.as_bytes().to_vec())
                .collect();
        for _ in 0..cases(100_000, 20) {
            let groups = ["0", "1", "ab", "FfF", "2001", "0db8", "00000", "g", "1.2.3.4", "", "\u{fc}"];
            let kinds = if random.below(9) > 0 { 6 } else { groups.len() };
            let count = if random.below(2) == 0 { 8 } else { random.index(11) };
            let mut list: Vec<&str> = (0..count).map(|_| random.pick(&groups[..kinds])).collect();
            if random.below(2) == 0 && count > 0 {
                list[random.index(count)] = "";
            }
            texts.push(list.join(":").into_bytes());
            let bits = u128::from(random.next()) << 64 >> random.index(64) | u128::from(random.next());
            let addr = std::net::Ipv6Addr::from_bits(bits & !(0xFFFF_FFFF << (16 * random.index(7))));
            texts.push(addr.to_string().into_bytes());
            texts.push((0..2 + random.index(12)).map(|_| random.pick(b"::::0aF.[%\xB0")).collect());
        }
        check(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }

    #[test]
    fn hosts_of_urls_end_where_their_authority_ends() {
        let mut random = Random::new(11);
        let starts =
            ["http://", "https://", "http://", "https://", "HTTP://", "http:/", "ftp://", "", "http://u@", "https:///"];
        let labels = ["a", "evil", "A-b_9", "9a", "x9", "", "0x7f", "1", "a-longer-label-than-these", "\u{fc}", "%61"];
        let ends =
            ["", "/", "?", "/a?b@c.test", ":80", ":80/", "@b.test/", "#a", "\\", "..", "./", ".", " ", "\t/", "?a/"];
        let texts: Vec<String> = (0..cases(200_000, 20))
            .map(|_| {
                let kinds = if random.below(3) > 0 { 5 } else { labels.len() };
                let host: Vec<&str> = (0..random.index(6)).map(|_| random.pick(&labels[..kinds])).collect();
                let last = random.pick(&["test", "test", "co", "x", "1", "0xa", ""]);
                let kinds = if random.below(2) > 0 { 4 } else { ends.len() };
                let end = random.pick(&ends[..kinds]);
                let more = "x".repeat(if random.below(4) == 0 { random.index(80) } else { 0 });
                format!("{}{}.{last}{end}{more}", random.pick(&starts), host.join("."))
            })
            .collect();
        check(&texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        // Hosts that just fit into the bytes that are looked at.
        for len in 50..70 {
            for (last, end) in [("a", ""), ("a", "/"), ("a.", ""), (".a", "?"), ("a", ":"), (".", "")] {
                let name = &"x.xx-xxxxxxxx.".repeat(6)[..len - last.len()];
                for start in ["http://", "https://"] {
                    check(&[format!("{start}{name}{last}{end}").as_bytes()]);
                }
            }
        }
    }

    /// Values that start after an unreadable page, or end before one.
    #[cfg(all(unix, not(miri)))]
    #[test]
    fn nothing_outside_a_value_is_read() {
        crate::arch::guard::guarded(|page| {
            let texts =
                ["192.0.2.1", "198.51.100.117", "www.evil.test", "a.name-of-31.bytes.in.all.testx", "a.test12", "::"];
            for text in texts.into_iter().chain([
                "1.1.1.1",
                "a",
                "2001:db8::7:1",
                "http://evil.test",
                "https://a.evil.test/a/b",
            ]) {
                for at in [0, page.len() - text.len()] {
                    let value = &mut page[at..at + text.len()];
                    value.copy_from_slice(text.as_bytes());
                    check(&[value]);
                }
            }
        });
    }
}
