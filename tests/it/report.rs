//! What a reader of results is shown: pictures of networks and schedules, and the page in a browser.

use crate::runs::{checked, experiment as one_experiment};
use crate::zz_needs::not_run;
use mhm::data;
use mhm::experiment::{self, Options};
use mhm::id::ModuleId;
use mhm::record::manifest::{Edge, End, Phase, Sketch};
use mhm::report::confusion::Confusion;
use mhm::report::{Report, html};
use mhm::seed::Seed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

const NETWORK: &str = r"
use std.schedule.*

network Small {
  in     each modality: [D]
  uni    each embed = linear(4) |> relu
  fusion joint      = concat |> linear(6) |> tanh
  head   classify   = linear(3) |> relu |> linear(2)
  let    both       = joint(embed(modality))
  out    classify(both)
  out    twice = classify(2 * both)
}
dataset moons from two_moons(per_class: 20, noise: 0.2) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(2) = labels
  split    train = random(0.8)
  split    test  = rest
}
pipeline small(method: Schedule = EndToEnd) {
  data moons
  network Small
  loss cross_entropy(out)
  optimizer adam(lr: 1e-2)
  schedule method
  batch 8
  budget 4 epochs
  metrics error(out)
}
";

fn sketch(method: &str) -> Sketch {
    let text = NETWORK.replace("EndToEnd", method);
    let pipeline = checked(&text).pipelines.pop().unwrap();
    let data = data::load(&experiment::spec(&pipeline.data, &[]), Seed(3)).unwrap();
    experiment::sketch::sketch(&pipeline, Some(&data), Seed(0))
}

#[test]
fn a_picture_shows_modules_and_what_flows_between_them() {
    let sketch = sketch("EndToEnd");
    let shown: Vec<String> =
        sketch.modules.iter().map(|m| format!("{} {}: {}, {}", m.role, m.name, m.layers, m.weights)).collect();
    // 1 * 4 + 4, 8 * 6 + 6, 6 * 3 + 3 + 3 * 2 + 2. `classify` is applied twice and shown once.
    assert_eq!(
        shown,
        [
            "uni embed.first: linear relu, 8",
            "uni embed.second: linear relu, 8",
            "fusion joint: concat linear tanh, 54",
            "head classify: linear relu linear, 29",
        ]
    );
    let edge = |from: End, to: End, shape: &str| Edge { from, to, shape: shape.into() };
    let expected = [
        edge(End::Input("first".into()), End::Module(ModuleId(0)), "[1]"),
        edge(End::Input("second".into()), End::Module(ModuleId(1)), "[1]"),
        edge(End::Module(ModuleId(0)), End::Module(ModuleId(2)), "[4]"),
        edge(End::Module(ModuleId(1)), End::Module(ModuleId(2)), "[4]"),
        // Once as it is and once doubled: one arrow.
        edge(End::Module(ModuleId(2)), End::Module(ModuleId(3)), "[6]"),
        edge(End::Module(ModuleId(3)), End::Output("out".into()), "[2]"),
        edge(End::Module(ModuleId(3)), End::Output("twice".into()), "[2]"),
    ];
    assert_eq!(sketch.edges, expected);
}

#[test]
fn a_timeline_shows_who_trains_and_who_is_frozen() {
    let sketch = sketch("Mhm(heads: 2)");
    let ids = |ids: &[(usize, usize)]| ids.iter().map(|(m, number)| ModuleId(*m).replica(*number)).collect();
    let phase = |name: &str, on: &str, trains: &[(usize, usize)], frozen: &[(usize, usize)]| Phase {
        name: name.into(),
        on: on.into(),
        trains: ids(trains),
        frozen: ids(frozen),
        // Half of 32 samples, 8 a batch.
        steps: 2,
        samples: 16,
    };
    let expected = [
        phase("head[0]", "except(0)", &[(0, 0), (1, 0), (3, 0)], &[(2, 0)]),
        phase("embedding[0]", "fold(0)", &[(0, 0), (1, 0), (2, 0)], &[(3, 0)]),
        phase("head[1]", "except(1)", &[(0, 0), (1, 0), (3, 1)], &[(2, 0)]),
        phase("embedding[1]", "fold(1)", &[(0, 0), (1, 0), (2, 0)], &[(3, 1)]),
    ];
    assert_eq!(sketch.phases, expected);
    assert_eq!((sketch.folds, sketch.modules[3].replicas), (2, 2));
}

#[test]
fn the_network_of_mhm_costs_what_the_plain_one_does() {
    let [plain, mhm, ensemble] = ["EndToEnd", "Mhm(heads: 4)", "Ensemble(members: 4)"].map(sketch);
    assert_eq!(plain.deployed_weights, 8 + 8 + 54 + 29);
    assert_eq!((mhm.deployed_weights, mhm.deployed_flops), (plain.deployed_weights, plain.deployed_flops));
    assert_eq!(mhm.trained_weights, plain.trained_weights + 3 * 29);
    assert_eq!(ensemble.deployed_weights, 4 * plain.deployed_weights);
    assert_eq!(ensemble.deployed_flops, 4 * plain.deployed_flops);
    assert!(mhm.trained_flops < plain.trained_flops, "nothing is computed for frozen weights");
    // The heads alone are many: what they share is counted once.
    let heads = sketch("EnsembleOfHeads(heads: 4)");
    assert_eq!(heads.deployed_weights, plain.deployed_weights + 3 * 29);
}

/// A report of real runs of two methods.
fn report() -> Report {
    let text = format!(
        "{NETWORK}
/// Two methods on one network.
experiment methods {{
  vary method in [EndToEnd, Mhm(heads: 4), Mhm(heads: 12), many_networks_beside_each_other: Ensemble(members: 5)]
  seeds 4
  run small(method)
  table test_error, test_gap, test_loss {{ rows method }}
  figure test_error, test_gap {{ lines method }}
  compare method on test_error
}}"
    );
    let experiment = one_experiment(&text);
    let options = Options { threads: 2, ..Options::plain(vec![]) };
    let cells = experiment::cells(&experiment);
    let recipes = experiment::Recipes::of(&cells, &options);
    let manifest = experiment::manifest(&experiment, &cells, &recipes, &options).unwrap();
    let records =
        experiment::run(&experiment, &cells, &options, &AtomicBool::new(false), &|_: experiment::News<'_>| {}).unwrap();
    let counts = vec![vec![4, 0], vec![1, 3]];
    let arm = manifest.arms[0].arm.clone();
    let confusion = vec![Confusion { arm, split: "test".into(), target: "moon".into(), counts, names: vec![] }];
    Report { manifest, records, confusion }
}

/// The first browser of its kind on this machine; `MHM_CHROMIUM` names another.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("MHM_CHROMIUM").map(PathBuf::from);
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = || names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name))).find(|path| path.is_file());
    named.or_else(found)
}

/// The page in a frame of this width, and a script of the test's own that writes down what does not fit: windows themselves
/// have a least width.
fn framed(page: &str, width: u32) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        r#"<!doctype html><body><iframe style="border:0;width:{width}px;height:2000px" srcdoc="{page}"></iframe><script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  page.querySelectorAll("details").forEach(e => e.open = true);
  const fits = e => e.getBoundingClientRect().right <= root.clientWidth + 1;
  const wide = [...page.querySelectorAll("body *")].filter(e => !e.closest(".scroll, pre, svg, .hidden") && !fits(e));
  const small = [...page.querySelectorAll("svg")].filter(e => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 40);
  document.body.dataset.width = root.clientWidth;
  document.body.dataset.overflow = root.scrollWidth - root.clientWidth;
  document.body.dataset.wide = wide.map(e => e.tagName + "." + e.className).slice(0, 5).join(" ");
  document.body.dataset.small = small.length;
  // Texts of pictures stay within them, and neither lines nor other texts run through them.
  const outside = [], crossed = [], upon = [];
  for (const svg of [...page.querySelectorAll("svg.picture")].filter(e => e.getBoundingClientRect().height > 0)) {{
    const frame = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim());
    const lines = [...svg.querySelectorAll("path.line, path.grid, path.zero, path.arrow, path.cap, path.spread")].map(path => {{
      const to = path.getScreenCTM(), length = path.getTotalLength(), points = [];
      for (let l = 0; l <= length; l += Math.max(1.5, length / 2000)) points.push(path.getPointAtLength(l).matrixTransform(to));
      return {{ path, points }};
    }});
    const covers = [...svg.querySelectorAll("rect.halo, rect.mark")];
    for (const t of texts) {{
      const box = t.getBBox(), to = t.getScreenCTM(), back = to.inverse();
      const corners = [[box.x, box.y], [box.x + box.width, box.y + box.height], [box.x + box.width, box.y], [box.x, box.y + box.height]]
        .map(([x, y]) => new DOMPoint(x, y).matrixTransform(to));
      const scale = Math.hypot(to.a, to.b);
      if (corners.some(c => c.x < frame.left - 2 * scale || c.x > frame.right + 2 * scale || c.y < frame.top - 3 * scale || c.y > frame.bottom + 3 * scale))
        outside.push(t.textContent);
      const within = p => p.x > box.x + 1 && p.x < box.x + box.width - 1 && p.y > box.y + 0.25 * box.height && p.y < box.y + 0.8 * box.height;
      const hit = lines.find(line => line.points.some(p => within(p.matrixTransform(back)) && !covers.some(cover => {{
        const r = cover.getBoundingClientRect();
        const between = line.path.compareDocumentPosition(cover) & Node.DOCUMENT_POSITION_FOLLOWING && cover.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING;
        return between && p.x >= r.left && p.x <= r.right && p.y >= r.top && p.y <= r.bottom;
      }})));
      if (hit) crossed.push(t.textContent + " by " + hit.path.className.baseVal);
    }}
    const level = texts.filter(t => !t.hasAttribute("transform")).map(t => [t, t.getBoundingClientRect()]);
    for (const [i, [t, a]] of level.entries()) for (const [u, b] of level.slice(i + 1))
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * a.height)
        upon.push(t.textContent + " and " + u.textContent);
  }}
  document.body.dataset.outside = outside.slice(0, 5).join("; ");
  document.body.dataset.crossed = crossed.slice(0, 5).join("; ");
  document.body.dataset.upon = upon.slice(0, 5).join("; ");
}};
</script>"#
    )
}

/// The document as the browser has it when its scripts are done.
fn opened(browser: &Path, folder: &Path, text: &str) -> String {
    let page = folder.join("page.html");
    fs::write(&page, text).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--hide-scrollbars",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg("--dump-dom")
        .arg(&page)
        .stderr(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_fits_a_phone_and_a_desktop() {
    let Some(browser) = browser() else {
        return not_run("no chromium on this machine (MHM_CHROMIUM may name one)");
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report_browser");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let page = html::page(&report());
    for width in [360, 800, 1400] {
        let dom = opened(&browser, &folder, &framed(&page, width));
        let said = |name: &str, value: &str| {
            assert!(
                dom.contains(&format!("data-{name}=\"{value}\"")),
                "{name} at {width}: {}",
                &dom[dom.len().saturating_sub(400)..]
            )
        };
        said("width", &width.to_string());
        said("overflow", "0");
        said("wide", "");
        said("small", "0");
        said("outside", "");
        said("crossed", "");
        said("upon", "");
    }
}
