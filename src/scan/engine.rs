use std::sync::OnceLock;

use crate::extract::lines::Kernel;

/// How lines that hold nothing are told from those that may hold a hit. Every engine gives the same hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// The fastest that the CPU can run, unless the environment variable `NETSIEVE_ENGINE` names another.
    #[default]
    Auto,
    /// None: every line goes through the reference extractor. The off switch.
    Scalar,
    /// 64 bytes at a time without special instructions.
    Portable,
    /// AVX2, on x86-64.
    Avx2,
    /// AVX-512BW, on x86-64.
    Avx512,
    /// NEON, on aarch64.
    Neon,
}

impl Engine {
    /// Every engine that this CPU can run.
    pub fn available() -> Vec<Engine> {
        let kernels = Kernel::available().into_iter().filter_map(|kernel| Engine::from_name(kernel.name()));
        [Engine::Auto, Engine::Scalar].into_iter().chain(kernels).collect()
    }

    /// `auto`, `scalar`, `portable`, `avx2`, `avx512` or `neon`.
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

    fn from_name(name: &str) -> Option<Engine> {
        use Engine::{Auto, Avx2, Avx512, Neon, Portable, Scalar};
        [Auto, Scalar, Portable, Avx2, Avx512, Neon].into_iter().find(|engine| engine.as_str() == name)
    }

    /// The kernel; `None` for the scalar engine. What the CPU cannot run is replaced by the fastest that it can.
    pub(super) fn kernel(self) -> Option<Kernel> {
        static FORCED: OnceLock<Engine> = OnceLock::new();
        let forced = || {
            let name = std::env::var("NETSIEVE_ENGINE").unwrap_or_default();
            Engine::from_name(&name).unwrap_or_default()
        };
        let engine = if self == Engine::Auto { *FORCED.get_or_init(forced) } else { self };
        if engine == Engine::Scalar {
            return None;
        }
        let kernels = Kernel::available();
        kernels.iter().find(|kernel| kernel.name() == engine.as_str()).or(kernels.first()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_the_cpu_lacks_is_replaced() {
        assert!(Engine::Scalar.kernel().is_none());
        assert_eq!(Engine::Portable.kernel().map(Kernel::name), Some("portable"));
        let fastest = Kernel::available()[0];
        for engine in [Engine::Avx2, Engine::Avx512, Engine::Neon] {
            assert!(engine.kernel().is_some_and(|kernel| kernel.name() == engine.as_str() || kernel == fastest));
        }
    }
}
