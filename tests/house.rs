//! The house rules: who may import whom, where `unsafe` may stand, and that what the README says is what is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import of the crate.
const MAY_IMPORT: [(&str, &[&str]); 14] = [
    ("error", &[]),
    ("limits", &[]),
    ("arch", &[]),
    ("wire", &["error"]),
    ("value", &["error", "limits", "arch"]),
    ("indicator", &["value", "error", "limits"]),
    ("input", &["error", "limits"]),
    ("feed", &["indicator", "value", "input", "error", "limits"]),
    ("sieve", &["indicator", "value", "arch", "wire", "error", "limits"]),
    ("event", &["value", "error", "limits"]),
    ("extract", &["arch", "value", "limits"]),
    ("scan", &["extract", "sieve", "input", "indicator", "value", "error", "limits"]),
    ("live", &["sieve", "error"]),
    // `limits` because the length of a shown line stands with all other caps.
    ("render", &["scan", "sieve", "indicator", "limits"]),
];

/// In tests a module may also use what its tests need to make a sieve.
const TESTS_MAY_IMPORT: [&str; 3] = ["error", "indicator", "sieve"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files of `src` with their text, comments and doc comments taken out.
fn code() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut found = Vec::new();
    sources(&src, &mut found);
    found.sort();
    let name = |path: &Path| path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
    let text = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
    };
    found.iter().map(|path| (name(path), text(path))).collect()
}

/// The module that a file of `src` belongs to.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// What the crate's root re-exports, by the module it comes from.
fn re_exports() -> BTreeMap<String, String> {
    let lib = code().into_iter().find(|(file, _)| file == "lib.rs").unwrap().1;
    let mut from = BTreeMap::new();
    for item in lib.split(';').filter_map(|item| item.trim().split("pub use ").nth(1)) {
        let (module, names) = item.split_once("::").unwrap();
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty()) {
            from.insert(name.to_owned(), module.to_owned());
        }
    }
    from
}

/// The first segments of all `crate::` paths in a text.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let ident = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut is_first) = (0, true);
            for (at, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => is_first = true,
                    c if is_first && !c.is_whitespace() => {
                        found.insert(ident(&list[at..]));
                        is_first = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.insert(ident(rest));
        }
    }
    found.remove("");
    found
}

#[test]
fn modules_import_only_what_they_may() {
    let re_exports = re_exports();
    assert_eq!(re_exports.get("Matcher").map(String::as_str), Some("sieve"));
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (file, text) in code() {
        let own = module(&file);
        if own == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == own) else {
            wrong.push(format!("{file}: no rule for the module {own}"));
            continue;
        };
        let is_test_file = file.ends_with("tests.rs") || file.contains("/tests/");
        let (body, tests) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&text, ""));
        for (text, is_test) in [(body, is_test_file), (tests, true)] {
            for path in crate_paths(text) {
                let target = re_exports.get(&path).unwrap_or(&path).as_str();
                let is_allowed =
                    target == own || allowed.contains(&target) || (is_test && TESTS_MAY_IMPORT.contains(&target));
                seen.insert((own.to_owned(), target.to_owned()));
                if !is_allowed {
                    wrong.push(format!("{file}: {own} imports {target}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The test sees what there is to see.
    for (own, target) in [("scan", "sieve"), ("feed", "indicator"), ("indicator", "value"), ("render", "scan")] {
        assert!(seen.contains(&(own.to_owned(), target.to_owned())), "{own} {target}");
    }
}

#[test]
fn paths_are_read_as_they_are_written() {
    let text = "use crate::{a::{B, C}, d, Error};\nuse crate::limits::X;\ncrate::value::ip::f()";
    assert_eq!(crate_paths(text), ["Error", "a", "d", "limits", "value"].map(str::to_owned).into());
}

#[test]
fn unsafe_stands_in_one_module() {
    for (file, text) in code() {
        let is_unsafe = text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
        assert!(!is_unsafe || module(&file) == "arch", "{file}");
        assert!(!text.contains("unsafe_code") || file == "arch/mod.rs" || module(&file) == "arch", "{file}");
    }
}

#[test]
fn what_the_readme_says_is_what_is_checked() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let ci = root().join(".ci/run");
    // A packaged crate comes without it.
    let Ok(ci) = fs::read_to_string(ci) else { return };
    let first = ci.lines().find(|line| line.starts_with("cargo ")).unwrap();
    assert!(readme.lines().any(|line| line.trim() == first), "{first}");
    assert_eq!(first, "cargo test --workspace --all-features");
}

#[test]
fn the_features_are_the_stated_ones() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let is_key = |line: &&str| !line.starts_with('#') && line.contains(" = ");
    let features: BTreeSet<&str> =
        section.lines().filter(is_key).map(|line| line.split_once(" = ").unwrap().0.trim()).collect();
    let stated = ["default", "config", "feeds", "parallel", "psl", "live", "mmap", "compression", "xml", "mmdb", "zip"]
        .into_iter()
        .collect();
    assert_eq!(features, stated);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for feature in features.into_iter().filter(|feature| *feature != "default") {
        assert!(readme.contains(&format!("`{feature}`")), "{feature}");
    }
}

#[test]
fn no_program_prints_by_a_macro_that_panics() {
    // A packaged crate comes without them.
    if !root().join("examples/logscan/Cargo.toml").exists() {
        return;
    }
    let mut found = Vec::new();
    for program in ["logscan", "service"] {
        sources(&root().join("examples").join(program).join("src"), &mut found);
    }
    assert!(found.len() > 10);
    for file in found {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
        for name in ["print!", "println!", "eprint!", "eprintln!", "dbg!", "thread::spawn("] {
            let is_there = code
                .match_indices(name)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            assert!(!is_there, "{}: {name} panics where it fails", file.display());
        }
    }
}
