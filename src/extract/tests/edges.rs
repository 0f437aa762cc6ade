//! The edges of the word lists, and the cost of long texts.

use super::*;

/// Each list of words ends where the next word would be a different one.
#[test]
fn the_edges_of_the_lists() {
    // A name that ends like a file after a key for files, and names that do not.
    for file in ["zip", "py", "sh", "app", "7z", "c", "ps1", "docx", "service", "ZIP"] {
        table(&[(&format!("file=setup.{file}"), &[&format!("name~ setup.{file}")])]);
    }
    for label in ["zipx", "com", "net", "test", "dev", "io", "shop", "cloud", "ap", "apps", "pyz-x"] {
        table(&[(&format!("file=setup.{label}"), &[&format!("name setup.{label}")])]);
    }
    for key in ["file", "FileName", "image_path", "process_executable", "ScriptName", "\"attachment\""] {
        table(&[(&format!("{key}: setup.zip"), &["name~ setup.zip"])]);
    }
    for key in ["profile", "files_host", "domain", "image_host", "name", "processed", "descriptor", "manuscript"] {
        table(&[(&format!("{key}: setup.zip"), &["name setup.zip"])]);
    }
    for word in ["python3", "/usr/bin/perl", "powershell", "bash", "SOURCE", "node"] {
        table(&[(&format!("{word} setup.py"), &["name~ setup.py"])]);
    }
    for word in ["pythonic", "bashrc", "nodes", "query", "python3x", "resource"] {
        table(&[(&format!("{word} setup.py"), &["name setup.py"])]);
    }
    // Before a slash: the class of a service, a word in capitals, and any other.
    for word in ["cifs", "MSSQLSvc", "ldap", "HTTP", "RestrictedKrbHost", "DIRECT", "HIER_NONE", "TCP_MISS-1"] {
        looks(&[(&format!("{word}/evil.test"), true), (&format!("{word}/192.0.2.1"), true)]);
    }
    for word in ["cif", "cifss", "ldapx", "hosts", "httpd", "mssql", "Direct", "python-requests"] {
        looks(&[(&format!("{word}/evil.test"), false), (&format!("{word}/192.0.2.1"), false)]);
    }
    for key in ["version", "os_version", "AgentVersion", "build", "fw.release", "rv", "app_ver", "appVer"] {
        looks(&[(&format!("{key}=192.0.2.1"), false), (&format!("{key}=\"192.0.2.1\""), false)]);
    }
    for key in ["server", "receiver", "rvs", "builder", "released", "versions", "serv", "over"] {
        looks(&[(&format!("{key}=192.0.2.1"), true)]);
    }
    // The ports of services; those of other services are not shown.
    for (service, port) in
        [("https", " :443"), ("domain", " :53"), ("ms-wbt-server", " :3389"), ("HTTP", " :80"), ("9pfs", "")]
    {
        let name = format!("name 192.0.2.1.{service}");
        table(&[(&format!("IP 192.0.2.1.{service} > "), &[&name, &format!("ip 192.0.2.1{port}")])]);
    }
    table(&[
        ("IP 192.0.2.1.https.x > ", &["name 192.0.2.1.https.x"]),
        ("IP 192.0.2.1.abcdefghijklmnop > ", &["name 192.0.2.1.abcdefghijklmnop"]),
    ]);
}

/// However a URL continues, the text handed over for lookup, and its ends, stay linear in its length, and not much
/// longer than it.
#[test]
fn separators_cost_what_text_does() {
    const LEN: usize = 16 << 10;
    for (head, piece) in [
        "a",
        ",",
        ";",
        "|",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "!",
        "*",
        "$",
        "^",
        "::",
        "+",
        "&",
        "%20",
        "%09",
        "%0a",
        "%22",
        "%27",
        "%3B",
        "%7C",
        "%60",
        "%3C",
        "%3E",
        "%26",
        "%2520",
        "%250a",
        "%2522",
        "%253B",
        "\\x22",
        "\\\\x22",
        "&quot;",
        "&amp;",
        "&#34;",
        "${IFS}",
        "\u{201d}",
        "\u{3002}",
        "\u{ff0c}",
        "\\u0026",
        "\\\\u0026",
        "=3D",
        "/..",
        "%2F",
        "@",
        "a.",
        "/b.test/,",
        ",b.test/",
        ";http://b.test/",
        "http%3A%2F%2Fb.test",
        "%2Cb.test/",
        "%2Chttp://b.test/",
        "\\u002cb.test/",
        "&k=b.test/",
        "&k=http://b.test/",
        "%26k=b.test/",
        "%20b.test",
        "b.test%2F",
        "%20b.test%2Fa",
        "192.0.2.1%252F",
        "%E2%80%9D",
        "\\012",
        "\u{2192}",
    ]
    .into_iter()
    .flat_map(|piece| [("GET http://a.test/", piece), ("GET ", piece)])
    {
        let mut text = head.as_bytes().to_vec();
        text.extend(piece.bytes().cycle().take(LEN));
        let (mut work, mut ends) = (0, Vec::new());
        Extractor::new(ExtractOptions::default()).extract(&text, 0..text.len(), &mut |token| {
            work += token.text.len();
            if let Some(url) = token.url {
                url.ends(usize::MAX, &mut ends);
                work += ends.len();
            }
        });
        // Of URLs nested in one another, 64 are read to their end, from up to three starts.
        let most = if piece.contains("b.test") { 200 } else { 7 };
        assert!(work <= most * text.len(), "{head}{piece}: {work} of {}", text.len());
    }
}
