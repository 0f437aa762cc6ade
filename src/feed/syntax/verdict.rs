//! Columns that say that a value is harmless: `action,verdict,status` with `Allowed`, `clean` or `false positive`.
//!
//! Such a row lists nothing to look for. Nor does it allow anything: in a table of events, `Allowed` is what a firewall did. The row is
//! skipped and reported with its line.

/// A column that may clear a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Tags, among which one may say so.
    Tags,
    /// What was found or decided about the value.
    Finding,
    /// What was done.
    Action,
    /// True if the value is harmless, or no longer listed: `false_positive`, `whitelisted`, `revoked`.
    Harmless,
    /// False if the value is harmless: `malicious`.
    Harmful,
}

/// The letters and digits of a text in lower case, without what separates words.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

impl Verdict {
    /// The verdict that a column of this name holds.
    pub(crate) fn of_column(name: &str) -> Option<Self> {
        Some(match &*letters(name).collect::<String>() {
            "verdict" | "status" | "disposition" | "assessment" | "judgement" | "judgment" | "conclusion"
            | "finding" | "result" | "reputation" | "iocstatus" | "indicatorstatus" | "reviewstatus"
            | "analystverdict" | "list" | "listtype" | "listname" => Verdict::Finding,
            "action" | "actions" | "decision" | "policy" | "policyaction" | "firewallaction" | "ruleaction"
            | "actiontaken" | "listaction" => Verdict::Action,
            "falsepositive" | "isfalsepositive" | "fp" | "isfp" | "whitelisted" | "iswhitelisted" | "whitelist"
            | "allowlisted" | "isallowlisted" | "allowlist" | "benign" | "isbenign" | "harmless" | "isharmless"
            | "revoked" | "isrevoked" | "deleted" | "isdeleted" | "withdrawn" | "iswithdrawn" => Verdict::Harmless,
            "malicious" | "ismalicious" => Verdict::Harmful,
            _ => return None,
        })
    }

    /// Returns true if a cell of this column says that the value is harmless.
    pub(crate) fn clears(self, cell: &str) -> bool {
        match self {
            Verdict::Tags => {
                let tags = || cell.split([',', ';', '|']);
                tags().any(is_harmless) && !tags().any(|tag| is_one(tag, HARMFUL))
            }
            Verdict::Finding => is_harmless(cell) || is_one(cell, FOUND),
            Verdict::Action => is_harmless(cell) || is_one(cell, FOUND) || is_one(cell, DONE),
            Verdict::Harmless => is_harmless(cell) || is_one(cell, &["1", "true", "yes", "t", "y"]),
            Verdict::Harmful => is_harmless(cell) || is_one(cell, &["false", "no", "f", "n"]),
        }
    }
}

/// What is beyond doubt, even as one tag of many.
fn is_harmless(text: &str) -> bool {
    is_one(
        text,
        &[
            "benign",
            "falsepositive",
            "falsepositives",
            "falsepos",
            "whitelist",
            "whitelisted",
            "allowlist",
            "allowlisted",
            "knowngood",
            "notmalicious",
            "nonmalicious",
            "harmless",
        ],
    )
}

/// What no tag beside these clears.
const HARMFUL: &[&str] = &["malicious", "maliciousactivity", "anomalousactivity", "compromised"];

/// What is found of a value that is harmless.
const FOUND: &[&str] = &[
    "clean",
    "safe",
    "allow",
    "allowed",
    "permit",
    "permitted",
    "trusted",
    "legitimate",
    "legit",
    "good",
    "ignore",
    "ignored",
    "exempt",
    "exception",
    "fp",
    "nothreat",
];

/// What is done about it.
const DONE: &[&str] = &["accept", "accepted", "pass", "passed"];

/// Returns true if a text is one of some words, with or without signs between them.
fn is_one(text: &str, words: &[&str]) -> bool {
    const LONGEST: usize = 24;
    text.len() <= LONGEST && words.iter().any(|word| letters(text).eq(word.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_clear_a_value_and_others() {
        for (column, clearing, others) in [
            (
                "action",
                &["Allowed", "allow", "PERMIT", "permitted", "accept", "pass", "whitelisted", " Allow ", "known-good"]
                    [..],
                &["block", "deny", "Denied", "drop", "alert", "not allowed", "allowed_then_blocked", "", "-"][..],
            ),
            (
                "Verdict",
                &[
                    "benign",
                    "Clean",
                    "false positive",
                    "False-Positive",
                    "safe",
                    "harmless",
                    "not malicious",
                    "FP",
                    "falsepos",
                ],
                &["malicious", "suspicious", "unclean", "not safe", "true positive", "unknown", "accepted", "passed"],
            ),
            ("status", &["whitelisted", "allowlist", "allowed"], &["active", "online", "verified", "new", "1"]),
            ("false_positive", &["true", "1", "yes"], &["false", "0", "no", ""]),
            ("isWhitelisted", &["true"], &["false", "null"]),
            ("revoked", &["true", "True", "1"], &["false", "", "2026-05-12"]),
            ("deleted", &["true", "yes"], &["false", "0", "2026-05-12 10:02:03"]),
            ("is_malicious", &["false", "No", "benign"], &["true", "1", "0", "5", ""]),
        ] {
            let verdict = Verdict::of_column(column).expect(column);
            for cell in clearing {
                assert!(verdict.clears(cell), "{column}: {cell}");
            }
            for cell in others {
                assert!(!verdict.clears(cell), "{column}: {cell}");
            }
        }
        for tags in ["benign", "c2, Benign", "scanner;false positive", "whitelisted|cdn"] {
            assert!(Verdict::Tags.clears(tags), "{tags}");
        }
        for tags in ["c2", "allowed", "clean", "benign-looking", "good,bad", "not benign", "benign,malicious", ""] {
            assert!(!Verdict::Tags.clears(tags), "{tags}");
        }
        for column in ["transaction", "ip", "malware", "statuscode", "action_time", "falsepositives_seen", ""] {
            assert_eq!(Verdict::of_column(column), None, "{column}");
        }
    }
}
