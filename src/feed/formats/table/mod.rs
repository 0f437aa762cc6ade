//! Tables: a row an entry.

pub(crate) mod csv;
pub(crate) mod feodo;
pub(crate) mod misp_csv;
pub(crate) mod phishtank;
pub(crate) mod sslbl;
pub(crate) mod threatfox;
pub(crate) mod urlhaus;
