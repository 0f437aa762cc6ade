//! House rules: the imports allowed to each module, the files that may contain `unsafe`, and the checks that the README claims.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate that each module may import.
const MAY_IMPORT: [(&str, &[&str]); 15] = [
    ("error", &[]),
    ("limits", &[]),
    ("arch", &[]),
    ("wire", &["error"]),
    ("value", &["error", "limits", "arch"]),
    ("indicator", &["value", "error", "limits"]),
    ("input", &["error", "limits"]),
    ("feed", &["indicator", "value", "input", "error", "limits"]),
    ("sieve", &["indicator", "value", "arch", "wire", "error", "limits"]),
    ("event", &["arch", "value", "error", "limits"]),
    ("extract", &["arch", "value", "limits"]),
    ("scan", &["event", "extract", "sieve", "input", "indicator", "value", "arch", "error", "limits"]),
    ("load", &["sieve", "feed", "error"]),
    ("live", &["sieve", "feed", "error"]),
    // `limits`, because it holds the length of a shown line with all other caps.
    ("render", &["event", "scan", "sieve", "indicator", "limits"]),
];

/// The modules that tests may import in addition, to build a sieve.
const TESTS_MAY_IMPORT: [&str; 4] = ["error", "indicator", "random", "sieve"];

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

/// The files of `src` with their text, without comments.
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

/// A file of `src`, its module path, and its code.
struct Source {
    file: String,
    module: Vec<String>,
    /// The code without comments, and without the tests at the end.
    code: String,
    tests: String,
}

/// All files by module path, and the re-exports of each.
struct House {
    sources: Vec<Source>,
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(|segment| segment.trim().to_owned()).collect()
}

/// Splits a `use` item into its paths: `a::{b, c::{d, e as f}}` becomes `a::b`, `a::c::d` and `a::c::e`, each with its local name.
fn expand(item: &str) -> Vec<(String, String)> {
    let item = item.trim();
    let Some((before, list)) = item.split_once('{') else {
        let (path, name) = item.split_once(" as ").unwrap_or((item, item.rsplit("::").next().unwrap()));
        return vec![(path.trim().to_owned(), name.trim().to_owned())];
    };
    let list = list.trim_end().strip_suffix('}').expect("a list has an end");
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| expand(&format!("{before}{part}"))).collect()
}

/// The visibility of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Private to the module.
    Private,
    /// Re-exported within the crate.
    Crate,
    /// Part of the public interface.
    Public,
}

/// The `use` items of a text: the visibility and the paths of each.
fn uses(code: &str) -> Vec<(Reach, Vec<(String, String)>)> {
    let mut found = Vec::new();
    for item in code.split(';') {
        // The text before a `use` is its visibility, or belongs to the item before.
        let Some((before, paths)) = item.rsplit_once("use ") else { continue };
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let last = before.rsplit(['}', ']', '{']).next().unwrap().trim();
        let reach = match last {
            "pub" => Reach::Public,
            _ if last.starts_with("pub(") => Reach::Crate,
            _ => Reach::Private,
        };
        found.push((reach, expand(paths)));
    }
    found
}

/// The paths in a text that begin with `crate`, `super` or `self`, except in visibilities.
fn paths(code: &str) -> Vec<String> {
    let code = code.replace("pub(in crate::", "pub(").replace("pub(in super::", "pub(");
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    // Paths that continue in braces are read with the imports.
    let words = code.split(|c: char| !is_path(c)).filter(|word| !word.ends_with(':'));
    words
        .filter(|word| ["crate::", "super::", "self::"].iter().any(|start| word.starts_with(start)))
        .map(str::to_owned)
        .collect()
}

impl House {
    fn new() -> Self {
        let source = |(file, text): (String, String)| {
            let mut module = segments(&file.trim_end_matches(".rs").replace('/', "::"));
            if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                module.pop();
            }
            let start = text.find("mod tests {").and_then(|tests| text[..tests].rfind("#[cfg("));
            let (code, tests) = text.split_at(start.unwrap_or(text.len()));
            Source { file, module, code: code.to_owned(), tests: tests.to_owned() }
        };
        Self { sources: code().into_iter().map(source).collect() }
    }

    fn find(&self, module: &[String]) -> Option<&Source> {
        self.sources.iter().find(|source| source.module == module)
    }

    /// Finds the file that defines a path used in `module`. Re-exports with at least the given visibility are followed
    /// to the definition. `None` if the path leads outside the crate.
    fn resolve(&self, module: &[String], path: &str, reach: Reach, depth: usize) -> Option<&Source> {
        let mut path = segments(path);
        let mut at = module.to_vec();
        match path[0].as_str() {
            "crate" => at.clear(),
            "self" | "super" => {}
            first => drop(self.find(&[module, &[first.to_owned()]].concat())?),
        }
        while let Some(first) = path.first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                _ => break,
            }
            path.remove(0);
        }
        while let Some(first) = path.first() {
            at.push(first.clone());
            if self.find(&at).is_none() {
                at.pop();
                break;
            }
            path.remove(0);
        }
        let source = self.find(&at)?;
        let Some(name) = path.first() else { return Some(source) };
        let passed_on = uses(&source.code).into_iter().filter(|&(how, _)| how != Reach::Private && how <= reach);
        let defined = passed_on.flat_map(|(_, paths)| paths).filter(|(_, known)| known == name && depth < 8);
        let mut targets = defined.filter_map(|(path, _)| self.resolve(&source.module, &path, reach, depth + 1));
        targets.next().or(Some(source))
    }

    /// The files that a file's code, or its tests, refer to.
    fn named<'h>(&'h self, from: &'h Source, is_test: bool, reach: Reach) -> BTreeMap<&'h str, String> {
        let mut module = from.module.clone();
        module.extend(is_test.then(|| "tests".to_owned()));
        let text = if is_test { &from.tests } else { &from.code };
        // Paths that begin with a submodule of the file's own module.
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let is_within = |word: &&str| {
            let first = word.split_once("::").map(|(first, _)| first.to_owned());
            first.is_some_and(|first| self.find(&[&module[..], &[first]].concat()).is_some())
        };
        let within = text.split(|c: char| !is_path(c)).filter(is_within).map(str::to_owned);
        let used = uses(text).into_iter().flat_map(|(_, paths)| paths).map(|(path, _)| path);
        let mut found = BTreeMap::new();
        for path in used.chain(paths(text)).chain(within) {
            let target = self.resolve(&module, &path, reach, 0);
            if let Some(target) = target.filter(|target| target.file != from.file && target.file != "lib.rs") {
                found.insert(target.file.as_str(), path);
            }
        }
        found
    }
}

#[test]
fn modules_import_only_what_they_may() {
    let house = House::new();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for source in &house.sources {
        let own = module(&source.file);
        // Only tests use `random`.
        if own == "lib" || own == "random" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == own) else {
            wrong.push(format!("{}: no rule for the module {own}", source.file));
            continue;
        };
        let is_test_file = source.file.ends_with("tests.rs") || source.file.contains("/tests/");
        for in_tests in [false, true] {
            let is_test = in_tests || is_test_file;
            // A room may re-export through its public interface; items it only forwards within the crate count as imports.
            for (target, path) in house.named(source, in_tests, Reach::Crate) {
                let target = module(target);
                let is_allowed =
                    target == own || allowed.contains(&target) || (is_test && TESTS_MAY_IMPORT.contains(&target));
                seen.insert((own.to_owned(), target.to_owned()));
                if !is_allowed {
                    wrong.push(format!("{}: {own} imports {target} as {path}", source.file));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Checks that the test sees existing imports.
    for (own, target) in [("scan", "sieve"), ("feed", "indicator"), ("indicator", "value"), ("render", "scan")] {
        assert!(seen.contains(&(own.to_owned(), target.to_owned())), "{own} {target}");
    }
}

/// The strongly connected components of a graph that have more than one file, each sorted.
fn circles<'g>(graph: &BTreeMap<&'g str, BTreeSet<&'g str>>) -> Vec<Vec<&'g str>> {
    let reach = |from: &'g str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(file) = next.pop() {
            for &target in graph.get(file).into_iter().flatten() {
                if seen.insert(target) {
                    next.push(target);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|&file| (file, reach(file))).collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for (&file, targets) in reached.iter().filter(|(file, targets)| targets.contains(*file)) {
        let circle = targets.iter().filter(|target| reached.get(*target).is_some_and(|back| back.contains(file)));
        let circle: Vec<&str> = circle.copied().collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

/// No file depends on itself through other files, so each can be read after those it depends on.
#[test]
fn no_files_go_in_circles() {
    let house = House::new();
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in house.sources.iter().filter(|source| source.file != "lib.rs") {
        if !source.file.ends_with("tests.rs") && !source.file.contains("/tests/") {
            graph.insert(&source.file, house.named(source, false, Reach::Public).into_keys().collect());
        }
    }
    // Checks that the test sees existing dependencies.
    assert!(graph["sieve/matching/matcher.rs"].contains("sieve/matching/search.rs"));
    assert!(graph["sieve/set.rs"].contains("sieve/tables/mod.rs"));
    assert!(graph["scan/driver/mod.rs"].contains("scan/driver/crew.rs"));
    let circles = circles(&graph);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn paths_are_read_as_they_are_written() {
    let names = |item: &str| expand(item).into_iter().map(|(path, name)| format!("{path}={name}")).collect::<Vec<_>>();
    assert_eq!(names("crate::{a::{B, C as D}, e}"), ["crate::a::B=B", "crate::a::C=D", "crate::e=e"]);
    assert_eq!(names("super::x"), ["super::x=x"]);
    let code = "use a::b;\npub(in crate::sieve) use c::{d, e};\nfn f() { crate::value::ip::g() }\nuse h;";
    let reach: Vec<Reach> = uses(code).into_iter().map(|(reach, _)| reach).collect();
    assert_eq!(reach, [Reach::Private, Reach::Crate, Reach::Private]);
    assert_eq!(uses("pub use crate::a;")[0].0, Reach::Public);
    assert_eq!(paths(code), ["crate::value::ip::g"]);
    let graph = BTreeMap::from([
        ("a", BTreeSet::from(["b"])),
        ("b", BTreeSet::from(["c"])),
        ("c", BTreeSet::from(["b"])),
        ("d", BTreeSet::from(["a"])),
    ]);
    assert_eq!(circles(&graph), [["b", "c"]]);
}

/// One name for one thing: glossary words that several types once shared.
#[test]
fn words_of_the_glossary_name_one_type_each() {
    const WORDS: [&str; 6] = ["Entry", "Found", "Place", "Reader", "Record", "Row"];
    for word in WORDS {
        let is_definition = |line: &str| {
            let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            words.any(|kind| ["struct", "enum", "trait", "type", "union"].contains(&kind)) && words.next() == Some(word)
        };
        let house = House::new();
        let files: Vec<&str> = house
            .sources
            .iter()
            .filter(|source| !source.file.ends_with("tests.rs"))
            .flat_map(|source| source.code.lines().filter(|line| is_definition(line)).map(|_| source.file.as_str()))
            .collect();
        assert!(files.len() <= 1, "{word}: {files:?}");
    }
}

/// The table in ARCHITECTURE.md equals the one that the tests check.
#[test]
fn the_rooms_import_what_the_page_says() {
    // A packaged crate includes the page.
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names = |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut said = BTreeMap::new();
    let table = page.split("## Rooms").nth(1).unwrap().split("In `sieve`").next().unwrap();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        for room in names(cells[0]) {
            said.insert(room, names(cells[cells.len() - 1]));
        }
    }
    let held =
        MAY_IMPORT.iter().map(|(room, may)| ((*room).to_owned(), may.iter().map(|&may| may.to_owned()).collect()));
    assert_eq!(said, held.collect::<BTreeMap<_, BTreeSet<_>>>());
}

/// Every module begins with a description; a module that others use also has an example.
#[test]
fn every_room_says_what_it_is() {
    let text = |file: &str| fs::read_to_string(root().join("src").join(file)).unwrap();
    let docs = |file: &str| {
        text(file).lines().take_while(|line| line.starts_with("//!")).map(str::to_owned).collect::<Vec<_>>()
    };
    let house = House::new();
    let lib = house.sources.iter().find(|source| source.file == "lib.rs").unwrap();
    let public: Vec<&str> = lib.code.split("pub mod ").skip(1).map(|rest| rest.split(';').next().unwrap()).collect();
    assert!(public.len() > 8, "{public:?}");
    for source in house.sources.iter().filter(|source| source.file.ends_with("mod.rs")) {
        assert!(!docs(&source.file).is_empty(), "{} does not say what it is", source.file);
    }
    for room in public {
        let file = if house.find(&[room.to_owned()]).unwrap().file.ends_with("mod.rs") { "/mod.rs" } else { ".rs" };
        let docs = docs(&format!("{room}{file}"));
        assert!(docs.iter().any(|line| line.starts_with("//! ```")), "{room} shows no example");
    }
}

/// A longer file must be split; this includes tests.
#[test]
fn no_file_is_too_long() {
    const MOST: usize = 600;
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    // A packaged crate does not include the programs.
    for program in ["examples/logscan", "examples/service"].map(|program| root().join(program)) {
        for folder in ["src", "tests"].map(|folder| program.join(folder)).iter().filter(|folder| folder.exists()) {
            sources(folder, &mut found);
        }
    }
    for file in found {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MOST, "{}: {lines} lines", file.display());
    }
}

/// A failed conversion is a result, an error, or impossible; a default would be a wrong answer. Numbers may saturate.
#[test]
fn no_default_stands_in_for_what_a_conversion_refused() {
    const CONVERSIONS: [&str; 4] = ["from_utf8(", "try_from(", "try_into(", "from_u32("];
    let mut seen = 0;
    for source in House::new().sources.iter().filter(|source| !source.file.ends_with("tests.rs")) {
        let code: String = source.code.split_whitespace().collect();
        for (at, _) in CONVERSIONS.iter().flat_map(|name| code.match_indices(name)) {
            let (mut depth, mut end) = (0, at);
            for (length, c) in code[at..].char_indices() {
                depth += i32::from(c == '(') - i32::from(c == ')');
                end = at + length + 1;
                if c == ')' && depth == 0 {
                    break;
                }
            }
            seen += 1;
            let Some(default) = code[end..].strip_prefix(".unwrap_or") else { continue };
            let is_largest = default.starts_with("(u32::MAX)") || default.starts_with("(usize::MAX)");
            let is_computed = default.starts_with("_else(");
            // The standard prescribes U+FFFD for invalid characters.
            let is_replaced = default.starts_with("(char::REPLACEMENT_CHARACTER)");
            assert!(is_largest || is_computed || is_replaced, "{}: {}", source.file, &code[at..end + 30]);
        }
    }
    assert!(seen > 20);
}

/// Only programs may read the environment.
#[test]
fn the_library_reads_no_environment() {
    for source in House::new().sources.iter().filter(|source| !source.file.ends_with("tests.rs")) {
        assert!(!source.code.contains("env::var"), "{}", source.file);
    }
}

/// The names of the items that lines declare as public, by keyword. `name` cuts a name out of the text after the keyword.
fn declared<'t>(
    lines: impl Iterator<Item = &'t str>,
    name: impl Fn(&'t str) -> &'t str,
) -> BTreeSet<(&'t str, &'t str)> {
    let item = |line: &'t str| {
        // The list writes attributes before the item.
        let line = line.trim_start();
        let item = if line.starts_with("#[") { line.split_once("] pub ")?.1 } else { line.strip_prefix("pub ")? };
        let mut rest = item.rsplit_once("] pub ").map_or(item, |(_, rest)| rest);
        for word in ["const fn ", "unsafe fn "] {
            if rest.starts_with(word) {
                rest = &rest[word.len() - "fn ".len()..];
            }
        }
        let (keyword, rest) = rest.split_once(' ')?;
        ["fn", "struct", "enum", "trait", "type", "const"].contains(&keyword).then(|| (keyword, name(rest)))
    };
    lines.filter_map(item).collect()
}

/// `tests/api` compares the list of the public interface completely, if its tools are installed. The names agree in any case.
#[test]
fn the_public_interface_is_listed_by_name() {
    let list = fs::read_to_string(root().join("tests/data/public-api.txt")).unwrap();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    // The last segment of `netsieve::Column<'a, O>::of<T>(`, without generics.
    let listed = declared(list.lines(), |rest| {
        let (mut depth, mut start, mut end) = (0, 0, None);
        for (at, c) in rest.char_indices() {
            match c {
                '<' => {
                    end = if depth == 0 { end.or(Some(at)) } else { end };
                    depth += 1;
                }
                '>' => depth -= 1,
                ':' if depth == 0 && rest[..at].ends_with(':') => (start, end) = (at + 1, None),
                _ if depth > 0 || is_name(c) || rest[at..].starts_with("::") => {}
                _ => {
                    end = end.or(Some(at));
                    break;
                }
            }
        }
        &rest[start..end.unwrap_or(rest.len())]
    });
    let house = House::new();
    // A sealed trait is public in a private module.
    let lines = house.sources.iter().flat_map(|source| source.code.lines()).filter(|line| !line.contains(" Sealed"));
    let found = declared(lines, |rest| &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]);
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(missing.is_empty(), "public, but not in the list (see tests/api): {missing:?}");
    // Methods and types of traits are listed too: those that `src` writes, and those of derived traits.
    let is_written = |keyword: &str, name: &str| {
        let item = format!("{keyword} {name}");
        house.sources.iter().any(|source| source.code.contains(&item))
    };
    let derived = ["clone", "cmp", "default", "eq", "fmt", "hash", "partial_cmp", "ne"];
    let gone = |(keyword, name): &&(&str, &str)| match *keyword {
        "fn" => !is_written("fn", name) && !derived.contains(name),
        "type" => !is_written("type", name),
        _ => true,
    };
    let gone: Vec<_> = listed.difference(&found).filter(gone).collect();
    assert!(gone.is_empty(), "in the list, but no longer public: {gone:?}");
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
fn the_readme_says_what_is_checked() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let ci = root().join(".ci/run");
    // A packaged crate does not include it.
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
    let stated = [
        "default",
        "config",
        "events",
        "feeds",
        "parallel",
        "psl",
        "live",
        "mmap",
        "compression",
        "xml",
        "mmdb",
        "zip",
        "serde",
    ]
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
    // A packaged crate does not include them.
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
