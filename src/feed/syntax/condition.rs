//! Values with a condition, as in OpenIOC and STIX 1: `is`, `contains`, `ends-with`, ….

use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{Construct, Indicator, Pattern, PatternTarget, Reject};

/// The relation of the observed value to the listed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Is,
    Contains,
    StartsWith,
    EndsWith,
    /// A condition that no indicator can express.
    Skip(Construct),
}

impl Condition {
    /// Parses the name of a condition in OpenIOC 1.0 and 1.1, or in CybOX.
    pub(crate) fn of(name: &str) -> Self {
        let plain: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
        match &*plain {
            "" | "is" | "equals" => Condition::Is,
            "contains" => Condition::Contains,
            "startswith" | "beginswith" => Condition::StartsWith,
            "endswith" => Condition::EndsWith,
            "isnot" | "containsnot" | "doesnotequal" | "doesnotcontain" => Condition::Skip(Construct::Negation),
            "matches" | "fitspattern" => Condition::Skip(Construct::Regex),
            _ => Condition::Skip(Construct::Comparison),
        }
    }
}

/// Reads a value with its condition. A name that others may contain, begin or end with becomes a pattern over names.
/// Addresses, URLs and paths are taken as they are, because a part of one is not a value.
pub(crate) fn read(condition: Condition, listed: Listed, value: &str, rules: &Rules) -> Result<Value, Reject> {
    let (before, after) = match condition {
        Condition::Is => return listed::read(listed, value, rules),
        // A part of one of these is not a value either.
        _ if matches!(listed, Listed::Hash | Listed::NamedHash | Listed::Email) => {
            return listed::read(listed, value, rules);
        }
        Condition::Contains => ("*", "*"),
        Condition::StartsWith => ("", "*"),
        Condition::EndsWith => ("*", ""),
        Condition::Skip(_) => return Err(Reject::Unrecognised),
    };
    let found = value::classify(value, rules)?;
    match &found.indicator {
        // A wildcard states its own scope, and a port needs a host.
        Indicator::Domain { name, port: None, .. } if !value.starts_with(['*', '.']) => {
            let pattern = Pattern::new(PatternTarget::Name, &format!("{before}{name}{after}"))?;
            Ok(Indicator::Pattern(pattern).into())
        }
        _ => Ok(found),
    }
}
