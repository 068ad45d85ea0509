//! Findings for programs that read a whole list: SARIF, GitLab's code quality, JUnit; and GitHub's workflow commands, a line each.

use super::escaped;
use crate::diagnostic::{Diagnostic, Severity};
use crate::explain::pages;
use crate::source::{Columns, Position, SourceMap};
use crate::span::Span;
use crate::visible::visible;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A finding as lists have it.
#[derive(Clone, Debug)]
pub struct Listed {
    severity: Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
    /// The first is where it is.
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    file: String,
    /// Nothing of a file that could not be read.
    range: Option<(Position, Position)>,
    text: String,
}

impl Listed {
    pub fn of(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        let range = |span: Span| (sources.position(span.source, span.start), sources.position(span.source, span.end));
        let place = |label: &crate::diagnostic::Label| Place {
            file: sources.get(label.span.source).name.clone(),
            range: Some(range(label.span)),
            text: label.text.clone(),
        };
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            places: diagnostic.labels.iter().map(place).collect(),
        }
    }

    /// A file that could not be read.
    pub fn unread(file: &str, why: &str) -> Self {
        let place = Place { file: file.into(), range: None, text: String::new() };
        let (severity, code) = (Severity::Error, "unreadable-file");
        Self { severity, code, message: why.into(), help: None, places: vec![place] }
    }

    fn file(&self) -> &str {
        self.places.first().map_or("", |place| &place.file)
    }

    fn begin(&self) -> Option<Position> {
        self.places.first()?.range.map(|(start, _)| start)
    }

    /// The message and what to do.
    fn told(&self) -> String {
        self.help.as_ref().map_or(self.message.clone(), |help| format!("{}\nhelp: {help}", self.message))
    }

    /// `::error file=moons.mhm,line=3,col=9,endLine=3,endColumn=14,title=mhm::unknown-name::…`
    /// (GitHub, "Workflow commands for GitHub Actions").
    pub fn github(&self) -> String {
        let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
        let at = self.places.first().and_then(|place| place.range);
        let at = at.map_or(String::new(), |(start, end)| {
            format!(",line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column)
        });
        let title = property(&format!("mhm::{}", self.code));
        format!(
            "::{} file={}{at},title={title}::{}\n",
            self.severity.word(),
            property(self.file()),
            escape(&visible_lines(&self.told()))
        )
    }
}

/// Nothing steers a terminal; breaks between lines stay.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// SARIF 2.1.0 (OASIS, 27 March 2020).
pub fn sarif(found: &[Listed], columns: Columns) -> String {
    let mut rules: BTreeMap<&str, usize> = found.iter().map(|one| (one.code, 0)).collect();
    rules.values_mut().enumerate().for_each(|(i, index)| *index = i);
    let summary = |code: &str| {
        let lint = pages::lints().find(|page| page.name == code).map(|page| page.summary());
        lint.or_else(|| pages::codes().find(|page| page.name == code).map(|page| page.meaning().to_string()))
    };
    let rule = |code: &&str| {
        let text = summary(code).filter(|text| !text.is_empty()).unwrap_or_else(|| (*code).into());
        json!({ "id": format!("mhm::{code}"), "shortDescription": { "text": text },
            "help": { "text": format!("mhm explain {code}") } })
    };
    let location = |place: &Place| {
        let mut at = json!({ "artifactLocation": { "uri": path(&place.file) } });
        if let Some((start, end)) = place.range {
            at["region"] = json!({ "startLine": start.line, "startColumn": start.column,
                "endLine": end.line, "endColumn": end.column });
        }
        let mut location = json!({ "physicalLocation": at });
        if !place.text.is_empty() {
            location["message"] = json!({ "text": place.text });
        }
        location
    };
    let result = |one: &Listed| {
        let mut related: Vec<Value> = vec![];
        for other in one.places.iter().skip(1).map(location) {
            // The schema takes each once.
            if !related.contains(&other) {
                related.push(other);
            }
        }
        json!({
            "ruleId": format!("mhm::{}", one.code),
            "ruleIndex": rules[one.code],
            "level": one.severity.word(),
            "message": { "text": one.told() },
            "locations": one.places.iter().take(1).map(location).collect::<Vec<Value>>(),
            "relatedLocations": related,
        })
    };
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "mhm", "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.keys().map(rule).collect::<Vec<Value>>() } },
            "columnKind": match columns { Columns::Characters => "unicodeCodePoints", Columns::Utf16 => "utf16CodeUnits" },
            "results": found.iter().map(result).collect::<Vec<Value>>(),
        }],
    });
    pretty(&log)
}

/// GitLab's code quality report: a list of issues, each known again by a fingerprint that no line number changes.
pub fn gitlab(found: &[Listed]) -> String {
    let mut again: BTreeMap<String, usize> = BTreeMap::new();
    let issue = |one: &Listed| {
        let known = format!("{}\n{}\n{}", one.file(), one.code, one.message);
        let number = again.entry(known.clone()).or_default();
        *number += 1;
        let fingerprint = blake3::hash(format!("{known}\n{number}").as_bytes()).to_hex();
        json!({
            "description": one.told(),
            "check_name": format!("mhm::{}", one.code),
            "fingerprint": &fingerprint[..32],
            "severity": match one.severity { Severity::Error => "major", Severity::Warning => "minor" },
            "location": { "path": one.file(), "lines": { "begin": one.begin().map_or(1, |at| at.line) } },
        })
    };
    pretty(&Value::from(found.iter().map(issue).collect::<Vec<Value>>()))
}

/// JUnit's report: a suite a file, a failed case a finding; a file without one passes.
pub fn junit(files: &[String], found: &[Listed]) -> String {
    let mut suites: BTreeMap<&str, Vec<&Listed>> = files.iter().map(|file| (file.as_str(), vec![])).collect();
    found.iter().for_each(|one| suites.entry(one.file()).or_default().push(one));
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests: usize = suites.values().map(|own| own.len().max(1)).sum();
    text += &format!("<testsuites name=\"mhm check\" tests=\"{tests}\" failures=\"{}\" errors=\"0\">\n", found.len());
    for (file, own) in suites {
        let file = xml(file);
        let (tests, failures) = (own.len().max(1), own.len());
        text += &format!("  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n");
        if own.is_empty() {
            text += &format!("    <testcase name=\"mhm check\" classname=\"{file}\"/>\n");
        }
        for one in own {
            let place = one.begin().map(|at| format!("line {}, column {}: ", at.line, at.column)).unwrap_or_default();
            // Of cases of one name services show one.
            let at = one.begin().map(|at| format!(" {}:{}", at.line, at.column)).unwrap_or_default();
            text += &format!("    <testcase name=\"mhm::{}{at}\" classname=\"{file}\">\n", one.code);
            text += &format!(
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                one.severity.word(),
                xml(&one.message),
                xml(&format!("{place}{}", one.told()))
            );
        }
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

fn pretty(value: &Value) -> String {
    format!("{value:#}").lines().map(|line| escaped(line) + "\n").collect()
}

/// A path as part of a reference: other bytes than letters, digits and `-._~/` by their numbers (RFC 3986, section 2).
pub fn path(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    file.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn xml(text: &str) -> String {
    let marks = visible_lines(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    marks.replace('"', "&quot;").replace('\n', "&#10;")
}
