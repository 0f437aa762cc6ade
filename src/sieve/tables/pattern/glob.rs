//! Matches a glob against a whole target.

/// Splits the first element off a glob.
pub(in crate::sieve) fn element(glob: &[u8]) -> (&[u8], &[u8]) {
    let len = match glob {
        [b'[', rest @ ..] => {
            // A `]` directly after `[` or `[!` is a member of the class.
            let first = usize::from(rest.first() == Some(&b'!')) + 1;
            rest.iter().skip(first).position(|&b| b == b']').map_or(1, |at| at + first + 2)
        }
        _ => 1,
    };
    glob.split_at(len.min(glob.len()))
}

/// Returns true if an element other than `*` accepts a byte.
pub(in crate::sieve) fn accepts(element: &[u8], byte: u8) -> bool {
    match element {
        [b'?'] => true,
        [b'[', members @ .., b']'] => {
            let (negated, members) = match members {
                [b'!', rest @ ..] => (true, rest),
                _ => (false, members),
            };
            let mut rest = members;
            let mut found = false;
            while let [low, tail @ ..] = rest {
                if let [b'-', high, after @ ..] = tail {
                    found |= (*low..=*high).contains(&byte);
                    rest = after;
                } else {
                    found |= *low == byte;
                    rest = tail;
                }
            }
            found != negated
        }
        [literal, ..] => *literal == byte,
        [] => false,
    }
}

/// Returns true if `glob` matches all of `target`. At a mismatch, only the last `*` is tried again, one byte further
/// on. The cost is therefore at most the product of the two lengths, and about their sum for real patterns.
pub(in crate::sieve) fn matches(mut glob: &[u8], mut target: &[u8]) -> bool {
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = glob {
            glob = rest;
            retry = Some((glob, target));
            continue;
        }
        if let ([], []) = (glob, target) {
            return true;
        }
        let (head, rest) = element(glob);
        match target {
            [byte, tail @ ..] if accepts(head, *byte) => {
                glob = rest;
                target = tail;
            }
            _ => match retry {
                Some((after_star, [_, tail @ ..])) => {
                    retry = Some((after_star, tail));
                    glob = after_star;
                    target = tail;
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn table() {
        for (glob, target, want) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "abc", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbbcd", false),
            ("a*b*c", "aXbYbZc", true),
            ("?b", "ab", true),
            ("?b", "b", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[!a-c]x", "zx", true),
            ("[]]x", "]x", true),
            ("[!]]x", "ax", true),
            ("[a-]x", "-x", true),
            ("**a", "bca", true),
            ("*-login.evil.test", "bank-login.evil.test", true),
            ("*-login.evil.test", "login.evil.test", false),
        ] {
            assert_eq!(matches(glob.as_bytes(), target.as_bytes()), want, "{glob} {target}");
        }
    }

    /// All short globs and targets, compared with a recursive definition.
    #[test]
    fn every_short_pair() {
        fn naive(glob: &[u8], target: &[u8]) -> bool {
            match glob {
                [] => target.is_empty(),
                [b'*', rest @ ..] => (0..=target.len()).any(|at| naive(rest, &target[at..])),
                [b'?', rest @ ..] => !target.is_empty() && naive(rest, &target[1..]),
                [byte, rest @ ..] => target.first() == Some(byte) && naive(rest, &target[1..]),
            }
        }
        fn words(alphabet: &[u8], longest: usize) -> Vec<Vec<u8>> {
            let mut all = vec![vec![]];
            let mut from = 0;
            for _ in 0..longest {
                let to = all.len();
                for at in from..to {
                    for &byte in alphabet {
                        let mut word = all[at].clone();
                        word.push(byte);
                        all.push(word);
                    }
                }
                from = to;
            }
            all
        }
        for glob in words(b"ab*?", 5) {
            for target in words(b"ab", 5) {
                assert_eq!(matches(&glob, &target), naive(&glob, &target), "{glob:?} {target:?}");
            }
        }
    }
}
