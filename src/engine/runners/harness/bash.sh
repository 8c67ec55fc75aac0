# Runs inside the child, once: reads one request, runs its script in a shell of its own, answers.
# Only builtins, because each further program costs a millisecond.
trap : TERM INT HUP
LC_ALL=C # lengths are bytes
printf '1\nR' >&3
IFS= read -r -u 3 __length || exit 0
IFS= read -r -N "$__length" -u 3 __payload || exit 0
eval "$__payload"
unset __payload
printf '%s\n' "$__script" >main.sh
unset LC_ALL
# Signals the harness catches have their default effect in the script's shell.
"$BASH" -e ./main.sh "$@" 3>&-
__code=$?
LC_ALL=C

__source=line __content=
for __name in json out; do
  [[ -f result.$__name && $__source == line ]] || continue
  __source=$__name
  IFS= read -r -d '' -N $((__max + 1)) __content <"result.$__name"
  ((${#__content} <= __max)) || __source=large __content=
done
__peak=0
while read -r __key __value _; do
  [[ $__key == VmHWM: ]] && __peak=$__value
done 2>/dev/null </proc/self/status
__head="X $__id $__peak $__code $__source"
printf '%s' "$__mark"
printf '%d\n%s\n%s' $((${#__head} + 1 + ${#__content})) "$__head" "$__content" >&3
