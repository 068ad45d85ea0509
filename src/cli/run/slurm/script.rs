//! The batch script of a submission. Owns its text; what it asks for is `resources`'.

use super::resources::Resources;
use super::{Run, tries};
use crate::cli::config::Slurm;
use crate::cli::run::origin::quoted;
use std::path::Path;

/// Short names of options that the script gives, too.
const SHORT: [(&str, &str); 6] =
    [("-J", "job-name"), ("-a", "array"), ("-D", "chdir"), ("-o", "output"), ("-c", "cpus-per-task"), ("-t", "time")];

/// What is submitted.
pub fn text(command: &Run, config: &Slurm, folder: &Path, name: &str, resources: &Resources) -> Result<String, String> {
    let here = std::env::current_dir().map_err(|e| format!("cannot find the working directory: {e}"))?;
    let mhm = std::env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let folder = here.join(folder);
    let throttle = command.cluster.throttle.or(config.throttle);
    let throttle = throttle.map_or(String::new(), |most| format!("%{most}"));
    let logs = folder.join("slurm").display().to_string().replace('%', "%%");
    let own = [
        ("job-name", format!("mhm-{name}")),
        ("array", format!("1-{}{throttle}", resources.tasks)),
        ("chdir", here.display().to_string()),
        ("output", format!("{logs}/%A_%a.log")),
        ("open-mode", "append".into()),
        ("signal", "B:TERM@90".into()),
        ("cpus-per-task", resources.threads.to_string()),
        ("mem", format!("{}M", resources.megabytes())),
        ("time", resources.minutes().to_string()),
    ];
    let given: Vec<&String> = config.sbatch.iter().chain(&command.cluster.sbatch).collect();
    let mut text = String::from("#!/bin/bash\n");
    for (option, value) in own.iter().filter(|(option, _)| !given.iter().any(|given| is(given, option))) {
        text += &format!("#SBATCH --{option}={}\n", spaced(value));
    }
    text += "#SBATCH --requeue\n";
    given.iter().for_each(|option| text += &format!("#SBATCH {option}\n"));
    text += "\n# Written by `mhm run --on slurm`; every submission writes it anew.\n";
    config.setup.iter().for_each(|line| text += &format!("{line}\n"));
    let quoted = |path: &Path| quoted(&path.to_string_lossy());
    text += &format!("run={}\n", quoted(&folder));
    text += &BODY.replace("MHM", &quoted(&mhm)).replace("TRIES", &tries(command, config).to_string());
    Ok(text)
}

/// Whether what a person wrote is this option.
fn is(given: &str, option: &str) -> bool {
    let word = given.split([' ', '=']).next().unwrap_or_default();
    word.strip_prefix("--") == Some(option)
        || SHORT.iter().any(|(short, long)| *long == option && given.starts_with(short) && !given.starts_with("--"))
}

/// As `sbatch` reads a line of its own.
fn spaced(value: &str) -> String {
    if value.contains([' ', '"']) { format!("\"{}\"", value.replace('"', "\\\"")) } else { value.into() }
}

const BODY: &str = r#"task="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
rm -f "$run/slurm/$task.end"

# Slurm tells this shell before the time is over; the worker leaves checkpoints and gives its runs back.
MHM work "$run" &
worker=$!
trap 'told=1; kill -USR1 "$worker" 2>/dev/null' TERM USR1 XCPU
code=130
while :; do
  told=
  wait "$worker"
  now=$?
  # A signal ends the wait, not the worker; who was waited for once is not known again.
  [ "$now" -eq 127 ] || code=$now
  [ -n "$told" ] || break
done
echo "$code" >"$run/slurm/$task.end"

# Told to end, it goes on later; killed, so often. Who was cancelled is not.
again=
case "$code" in
  130) again=1 ;;
  134 | 135 | 137 | 139) [ "${SLURM_RESTART_COUNT:-0}" -lt TRIES ] && again=1 ;;
esac
if [ -n "$again" ] && scontrol show job "$task" | grep -q 'JobState=RUNNING'; then
  echo "goes on later: $task"
  scontrol requeue "$task"
fi
exit "$code"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_says_is_said_once() {
        for (given, option) in
            [("--time=5", "time"), ("--time 5", "time"), ("-t 5", "time"), ("-t5", "time"), ("-c8", "cpus-per-task")]
        {
            assert!(is(given, option), "{given}");
        }
        for (given, option) in [("--time-min=5", "time"), ("--threads=5", "time"), ("-p x", "time"), ("", "time")] {
            assert!(!is(given, option), "{given}");
        }
        assert_eq!((spaced("a b").as_str(), spaced("a").as_str()), ("\"a b\"", "a"));
    }
}
