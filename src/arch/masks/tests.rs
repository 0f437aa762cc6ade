use super::*;
use crate::arch::cpu::Kernel;
use crate::random::cases;

fn naive(block: &[u8; BLOCK]) -> Masks {
    let mask = |is: &dyn Fn(u8) -> bool| {
        block.iter().enumerate().fold(0_u64, |mask, (at, &byte)| mask | u64::from(is(byte)) << at)
    };
    Masks {
        host: mask(&|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
        number: mask(&|b| b.is_ascii_digit() || b == b'.'),
        dot: mask(&|b| b == b'.'),
        letter: mask(&|b| b.is_ascii_alphabetic()),
        hyphen: mask(&|b| b == b'-'),
        colon: mask(&|b| b == b':'),
        slash: mask(&|b| b == b'/'),
        paren: mask(&|b| b == b'('),
        rare: mask(&|b| b"\\%".contains(&b) || b >= 0x80),
        hex: mask(&|b| b.is_ascii_hexdigit() || b":-".contains(&b)),
        at: mask(&|b| b"@%".contains(&b)),
    }
}

/// The blocks of the longest text, and one before them.
const MOST: usize = 22;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2<const EXACT: bool>(blocks: &[[u8; BLOCK]], columns: &mut Columns<MOST>) {
    // SAFETY: the caller has found AVX2, and counts the blocks.
    unsafe { x86::Avx2::new().classify::<EXACT, _>(blocks, columns) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn avx512<const EXACT: bool>(blocks: &[[u8; BLOCK]], columns: &mut Columns<MOST>) {
    // SAFETY: the caller has found AVX-512, and counts the blocks.
    unsafe { x86::Avx512::new().classify::<EXACT, _>(blocks, columns) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
unsafe fn gfni<const EXACT: bool>(blocks: &[[u8; BLOCK]], columns: &mut Columns<MOST>) {
    // SAFETY: the caller has found these features, and counts the blocks.
    unsafe { gfni::Gfni::new().classify::<EXACT, _>(blocks, columns) }
}

fn masks<const EXACT: bool>(kernel: Kernel, blocks: &[[u8; BLOCK]]) -> Vec<Masks> {
    assert!(blocks.len() < MOST);
    let mut columns = Columns::<MOST>::default();
    match kernel {
        // SAFETY: it needs no features; the blocks have been counted.
        Kernel::Portable | Kernel::Scalar => unsafe { Portable.classify::<EXACT, _>(blocks, &mut columns) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the token proves that the CPU has these features; the blocks have been counted.
        Kernel::Avx2(_) => unsafe { avx2::<EXACT>(blocks, &mut columns) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512(token) if token.gfni.is_some() => unsafe { gfni::<EXACT>(blocks, &mut columns) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512(_) => unsafe { avx512::<EXACT>(blocks, &mut columns) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Kernel::Neon(_) => unsafe { neon::Neon::new().classify::<EXACT, _>(blocks, &mut columns) },
    }
    let Columns { host, number, dot, letter, hyphen, colon, slash, paren, rare, hex, at: ats } = columns;
    let at = |at: usize| Masks {
        host: host[at],
        number: number[at],
        dot: dot[at],
        letter: letter[at],
        hyphen: hyphen[at],
        colon: colon[at],
        slash: slash[at],
        paren: paren[at],
        rare: rare[at],
        hex: hex[at],
        at: ats[at],
    };
    assert_eq!(at(0), Masks::default());
    (1..=blocks.len()).map(at).collect()
}

/// Tries all bytes at all places of a block, and random blocks, in texts of all lengths.
#[test]
fn every_kernel_gives_the_same_masks() {
    for kernel in Kernel::available() {
        for byte in (0..=255).step_by(cases(1, 11)) {
            for at in (0..BLOCK).step_by(cases(1, 31)) {
                let mut block = [b'a' + at as u8 % 3; BLOCK];
                block[at] = byte;
                assert_eq!(masks::<true>(kernel, &[block]), [naive(&block)], "{kernel:?} {byte} {at}");
                assert_eq!(looked_up(&block), naive(&block), "{byte} {at}");
            }
        }
        let mut state = 1_u32;
        for round in 0..cases(1000, 10) {
            let blocks: Vec<[u8; BLOCK]> = (0..round % MOST)
                .map(|_| {
                    std::array::from_fn(|_| {
                        state = state.wrapping_mul(2_654_435_761).wrapping_add(12_345);
                        (state >> 13) as u8
                    })
                })
                .collect();
            let want: Vec<Masks> = blocks.iter().map(naive).collect();
            assert_eq!(masks::<true>(kernel, &blocks), want, "{kernel:?}");
            // Without those for hashes and mail addresses, the others are the same.
            let without = |masks: &Masks| Masks { hex: 0, at: 0, ..*masks };
            let found = masks::<false>(kernel, &blocks);
            assert!(found.iter().map(without).eq(want.iter().map(without)), "{kernel:?}");
            assert_eq!(blocks.iter().map(looked_up).collect::<Vec<_>>(), want);
        }
    }
}
