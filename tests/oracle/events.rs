//! A naive oracle for events: given the content of each field, it derives from the contract alone which indicators hit, and how.

/// The fields of one line; `None` if the line lacks the field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) source: Option<&'static str>,
    pub(crate) source_port: Option<u16>,
    pub(crate) destination: Option<&'static str>,
    pub(crate) destination_port: Option<u16>,
    /// The name in a DNS question.
    pub(crate) question: Option<&'static str>,
    /// Host, path and query of a request.
    pub(crate) host: Option<&'static str>,
    pub(crate) path: Option<&'static str>,
    pub(crate) query: Option<&'static str>,
    /// A file name.
    pub(crate) file: Option<&'static str>,
}

/// A listed indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    Ip(&'static str, Option<u16>),
    /// A name and all names under it.
    Name(&'static str),
    /// Host, path and query.
    Url(&'static str, &'static str, Option<&'static str>),
}

impl Listed {
    /// The text in a feed, and in a hit.
    pub(crate) fn text(self) -> String {
        match self {
            Listed::Ip(ip, None) => ip.to_owned(),
            Listed::Ip(ip, Some(port)) => format!("{ip}:{port}"),
            Listed::Name(name) => name.to_owned(),
            Listed::Url(host, path, None) => format!("http://{host}{path}"),
            Listed::Url(host, path, Some(query)) => format!("http://{host}{path}?{query}"),
        }
    }
}

/// The hits that a scan must report for a line: field value, indicator and strength. Also returns how many matches it
/// must count as having another port.
pub(crate) fn judge(told: &Told, listed: &[Listed]) -> (Vec<(String, String, &'static str)>, u64) {
    let (mut hits, mut other_port) = (Vec::new(), 0);
    for &indicator in listed {
        let text = indicator.text();
        match indicator {
            Listed::Ip(ip, wanted) => {
                for (seen, port) in [(told.source, told.source_port), (told.destination, told.destination_port)] {
                    if seen != Some(ip) {
                        continue;
                    }
                    match (wanted, port) {
                        (None, _) => hits.push((ip.to_owned(), text.clone(), "strong")),
                        (Some(wanted), Some(port)) if wanted == port => {
                            hits.push((ip.to_owned(), text.clone(), "strong"))
                        }
                        (Some(_), Some(_)) => other_port += 1,
                        (Some(_), None) => hits.push((ip.to_owned(), text.clone(), "port_unseen")),
                    }
                }
            }
            Listed::Name(name) => {
                // A file name is not an observable, however it looks.
                for seen in [told.question, told.host].into_iter().flatten() {
                    if seen == name || seen.ends_with(&format!(".{name}")) {
                        hits.push((seen.to_owned(), text.clone(), "strong"));
                    }
                }
            }
            Listed::Url(host, path, query) => {
                let (Some(seen_host), Some(seen)) = (told.host, told.path) else { continue };
                let is_path = match path.strip_suffix('/') {
                    Some(_) if query.is_none() => seen.starts_with(path),
                    _ => seen == path,
                };
                let is_query = query.is_none() || query == told.query;
                if seen_host == host && is_path && is_query {
                    hits.push((seen.to_owned(), text, "joined"));
                }
            }
        }
    }
    hits.sort();
    (hits, other_port)
}
