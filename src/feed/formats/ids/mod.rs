//! Input of network sensors: rules, reputation lists, data sets, intelligence files.

pub(crate) mod dataset;
pub(crate) mod iprep;
mod rule_text;
pub(crate) mod rules;
pub(crate) mod zeek;
