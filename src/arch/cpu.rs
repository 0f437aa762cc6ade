//! CPU features: the one choice of engine, for scans and lookups alike.
//!
//! A [`Kernel`] carries a token that only the feature check of this module can make, so a caller that holds one may run the
//! instructions that it names. [`Kernel::best`] is the default.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// The CPU instructions that a scan or a lookup may use. Every engine gives the same hits.
///
/// ```
/// use netsieve::{Engine, MatchOptions};
///
/// let mut options = MatchOptions::default();
/// options.engine = "portable".parse()?;
/// assert!(Engine::available().contains(&options.engine));
/// # Ok::<(), netsieve::sieve::UnknownEngine>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// The fastest engine that the CPU can run.
    #[default]
    Auto,
    /// No vector code: every line goes through the reference extractor, and lookups go byte by byte. The off switch.
    Scalar,
    /// 64 bytes at a time, with instructions that every CPU of its architecture has.
    Portable,
    /// AVX2, on x86-64.
    Avx2,
    /// AVX-512BW and VL, on x86-64; also VBMI and GFNI, if the CPU has them.
    Avx512,
    /// NEON, on aarch64.
    Neon,
}

impl Engine {
    /// Returns every engine that this CPU can run.
    pub fn available() -> Vec<Engine> {
        let engines = Kernel::available().into_iter().map(Kernel::engine);
        let mut engines: Vec<Engine> = std::iter::once(Engine::Auto).chain(engines).collect();
        engines.dedup();
        engines
    }

    /// Returns `auto`, `scalar`, `portable`, `avx2`, `avx512` or `neon`.
    ///
    /// ```
    /// use netsieve::Engine;
    ///
    /// for engine in Engine::available() {
    ///     assert_eq!(engine.as_str().parse(), Ok(engine));
    /// }
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Engine::Auto => "auto",
            Engine::Scalar => "scalar",
            Engine::Portable => "portable",
            Engine::Avx2 => "avx2",
            Engine::Avx512 => "avx512",
            Engine::Neon => "neon",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for an unknown engine name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine(String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown engine {:?}: expected auto, scalar, portable, avx2, avx512 or neon", self.0)
    }
}

impl std::error::Error for UnknownEngine {}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        use Engine::{Auto, Avx2, Avx512, Neon, Portable, Scalar};
        let mut all = [Auto, Scalar, Portable, Avx2, Avx512, Neon].into_iter();
        all.find(|engine| engine.as_str() == name).ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}

/// Proves that the CPU has AVX2 and the bit instructions that come with it: `avx2,bmi1,bmi2,lzcnt,popcnt`.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

/// Proves that the CPU has all of [`Avx2`], and `avx512f,avx512bw,avx512vl`.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx512 {
    /// What the first CPUs with AVX-512 lack.
    pub(crate) gfni: Option<Gfni>,
}

/// Proves that the CPU has all of [`Avx512`], and `avx512vbmi,avx512vbmi2,gfni`. Whatever has two of these has the third.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gfni(());

/// Proves that the CPU has NEON.
#[cfg(target_arch = "aarch64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Neon(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    fn found() -> Option<Self> {
        // Miri finds the features that the target is compiled with: by default, none of these.
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has.then_some(Self(()))
    }
}

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    fn found() -> Option<Self> {
        let has = Avx2::found().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        let gfni = is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("gfni");
        has.then_some(Self { gfni: gfni.then_some(Gfni(())) })
    }
}

#[cfg(target_arch = "aarch64")]
impl Neon {
    fn found() -> Option<Self> {
        (!cfg!(miri) && std::arch::is_aarch64_feature_detected!("neon")).then_some(Self(()))
    }
}

/// An implementation that this CPU can run. All of them give the same results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Checked loads and plain loops: the off switch.
    Scalar,
    /// Instructions that every CPU of the architecture has.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
}

impl Kernel {
    /// Returns every kernel that this CPU can run, the fastest first. Two of them may belong to one engine.
    pub(crate) fn available() -> Vec<Kernel> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(found) = Avx512::found() {
                kernels.push(Kernel::Avx512(found));
                // Tests run both ways.
                if found.gfni.is_some() {
                    kernels.push(Kernel::Avx512(Avx512 { gfni: None }));
                }
            }
            kernels.extend(Avx2::found().map(Kernel::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(Neon::found().map(Kernel::Neon));
        kernels.extend([Kernel::Portable, Kernel::Scalar]);
        kernels
    }

    /// Returns the fastest kernel.
    #[inline]
    pub(crate) fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// Returns the kernel of an engine, or the fastest kernel if the CPU cannot run that engine.
    pub(crate) fn of(engine: Engine) -> Kernel {
        Self::available().into_iter().find(|kernel| kernel.engine() == engine).unwrap_or_else(Self::best)
    }

    /// Returns the engine of this kernel.
    pub(crate) fn engine(self) -> Engine {
        match self {
            Kernel::Scalar => Engine::Scalar,
            Kernel::Portable => Engine::Portable,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2(_) => Engine::Avx2,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512(_) => Engine::Avx512,
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon(_) => Engine::Neon,
        }
    }
}

/// Prefetches the cache line of `bytes[at]`, which need not exist. Never changes what a program computes.
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8], at: usize) {
    let place = bytes.as_ptr().wrapping_add(at);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: SSE is part of x86-64; prefetching any address has no visible effect.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(place.cast());
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: as above; the instruction changes no register, no flag and no memory.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{place}]", place = in(reg) place, options(nostack, readonly, preserves_flags));
    }
    #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
    let _ = place;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_what_it_says_or_the_best() {
        assert_eq!(Kernel::of(Engine::Scalar), Kernel::Scalar);
        assert_eq!(Kernel::of(Engine::Portable), Kernel::Portable);
        assert_eq!(Kernel::of(Engine::Auto), Kernel::best());
        let available = Engine::available();
        assert_eq!(available[0], Engine::Auto);
        for engine in [Engine::Avx2, Engine::Avx512, Engine::Neon] {
            let kernel = Kernel::of(engine);
            assert!(if available.contains(&engine) { kernel.engine() == engine } else { kernel == Kernel::best() });
        }
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl") {
            // Each kernel is the one asked for, although the CPU can run more.
            assert!(matches!(Kernel::of(Engine::Avx2), Kernel::Avx2(_)));
            assert!(matches!(Kernel::of(Engine::Avx512), Kernel::Avx512(_)));
        }
    }

    #[test]
    fn engines_are_known_by_their_names() {
        let engines = Engine::available();
        for (at, engine) in engines.iter().enumerate() {
            assert_eq!(engine.as_str().parse(), Ok(*engine));
            assert!(!engines[..at].contains(engine), "{engine} twice");
        }
        assert!("fast".parse::<Engine>().unwrap_err().to_string().contains("unknown engine \"fast\""));
    }

    #[test]
    fn any_place_may_be_asked_for() {
        let bytes = [0; 100];
        for at in [0, 1, 99, 100, usize::MAX] {
            prefetch(&bytes, at);
        }
        prefetch(&[], 0);
    }
}
