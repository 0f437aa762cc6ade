//! Plots the recorded results as SVG.

use std::fmt::Write;
use std::path::Path;

use crate::record::{Record, Row, rate};
use crate::tables::count;

const COLOURS: [&str; 6] = ["#1b6ca8", "#c8553d", "#4a7c59", "#8e6c8a", "#b8860b", "#555555"];

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn start(width: f64, height: f64, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"12\" y=\"22\" font-size=\"15\" font-weight=\"bold\">{}</text>\n",
        escape(title)
    )
}

fn save(name: &str, mut svg: String) {
    svg.push_str("</svg>\n");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), svg).expect("a file");
    println!("results/{name}");
}

/// One bar for each row of one kind of work.
fn bars(name: &str, title: &str, rows: &[Row], work: &str) {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.work == work && !row.who.starts_with("memchr")).collect();
    if rows.is_empty() {
        return;
    }
    let most = rows.iter().map(|row| row.rate).fold(0.0, f64::max);
    let mut svg = start(760.0, 40.0 + 24.0 * rows.len() as f64 + 10.0, title);
    for (at, row) in rows.iter().enumerate() {
        let y = 40.0 + 24.0 * at as f64;
        let width = 320.0 * row.rate / most;
        let colour = COLOURS[usize::from(!row.who.starts_with("netsieve"))];
        let wrong = row.answers.map_or(String::new(), |answers| match (answers.missed, answers.false_hits) {
            (0, 0) => "  nothing wrong".into(),
            (missed, wrong) => format!("  {} missed, {} false", count(missed as usize), count(wrong as usize)),
        });
        let _ = writeln!(
            svg,
            "<text x=\"225\" y=\"{:.0}\" text-anchor=\"end\">{}</text><rect x=\"232\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"18\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{:.0}\">{}{wrong}</text>",
            y + 13.0,
            escape(&row.who),
            238.0 + width,
            y + 13.0,
            rate(row.rate, &row.unit),
        );
    }
    save(name, svg);
}

/// One line per series over the number of indicators, on logarithmic axes.
fn lines(name: &str, title: &str, rows: &[Row], work: &str) {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.work == work).collect();
    let mut xs: Vec<f64> = rows.iter().filter_map(|row| row.x).collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    let (Some(&first), Some(&last)) = (xs.first(), xs.last()) else { return };
    let rates = || rows.iter().map(|row| row.rate);
    let (low, high) = (rates().fold(f64::INFINITY, f64::min) / 1.3, rates().fold(0.0, f64::max) * 1.3);
    let (left, right, top, bottom) = (90.0, 600.0, 40.0, 300.0);
    let x = |value: f64| {
        let span = (last / first).ln();
        if span == 0.0 { left } else { left + (value / first).ln() / span * (right - left) }
    };
    let y = |value: f64| bottom - (value / low).ln() / (high / low).ln() * (bottom - top);
    let mut svg = start(760.0, 350.0, title);
    let _ = writeln!(
        svg,
        "<path d=\"M{left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#444\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">indicators</text>",
        (left + right) / 2.0,
        bottom + 38.0
    );
    for &value in &xs {
        let _ = writeln!(
            svg,
            "<path d=\"M{0:.1} {bottom}v4\" stroke=\"#444\"/><text x=\"{0:.1}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>",
            x(value),
            bottom + 18.0,
            count(value as usize)
        );
    }
    let unit = &rows[0].unit;
    for exponent in 5..12 {
        for digit in [1.0, 2.0, 5.0] {
            let value = digit * 10f64.powi(exponent);
            if (low..high).contains(&value) {
                let _ = writeln!(
                    svg,
                    "<path d=\"M{left} {0:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{3}</text>",
                    y(value),
                    left - 6.0,
                    y(value) + 4.0,
                    rate(value, unit)
                );
            }
        }
    }
    let mut series: Vec<&str> = Vec::new();
    for row in &rows {
        if !series.contains(&row.who.as_str()) {
            series.push(&row.who);
        }
    }
    for (at, name) in series.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let points: Vec<(f64, f64)> =
            rows.iter().filter(|row| row.who == *name).filter_map(|row| Some((x(row.x?), y(row.rate)))).collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y) in points {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let _ = writeln!(
            svg,
            "<rect x=\"615\" y=\"{0}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"633\" y=\"{1}\">{2}</text>",
            top + 20.0 * at as f64,
            top + 10.0 + 20.0 * at as f64,
            escape(name)
        );
    }
    save(name, svg);
}

pub fn all(record: &Record) {
    for group in ["addresses", "lookups", "names", "urls", "sources", "scan", "exact", "processes"] {
        let rows = record.of(group);
        let mut works: Vec<&str> = rows.iter().map(|row| row.work.as_str()).collect();
        works.dedup();
        for (at, work) in works.iter().enumerate() {
            bars(&format!("{group}-{}.svg", at + 1), &format!("{group}: {work}"), &rows, work);
        }
    }
    let rows = record.of("scaling");
    for (work, title) in [
        ("addresses", "Looking up addresses, by hosts listed and share of hits"),
        ("names", "Looking up names, by names listed and share of hits"),
        ("scan", "Scanning, by indicators listed and share of lines with a hit"),
    ] {
        lines(&format!("scaling-{work}.svg"), title, &rows, work);
    }
}
