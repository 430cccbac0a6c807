# bash completion for bootstamp
# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later

# Captures: files here and those that `bootstamp list` finds, whose paths come last in its lines.
_bootstamp_captures() {
    local word=$1 path
    compopt -o filenames 2>/dev/null
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(
        {
            compgen -d -- "$word"
            compgen -f -X '!*.bst' -- "$word"
            "${COMP_WORDS[0]}" list 2>/dev/null |
                while read -r _ _ _ _ _ _ path; do
                    [[ $path == "$word"* ]] && printf '%s\n' "$path"
                done
        } | sort -u
    )
}

_bootstamp_words() {
    local word=$1
    shift
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
}

# The commands and the formats that the program lists: the first words of lines.
_bootstamp_commands() {
    "${COMP_WORDS[0]}" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_bootstamp_formats() {
    "${COMP_WORDS[0]}" "$1" --format help 2>/dev/null | sed 's/ .*//'
}

# The long options that a command's --help lists.
_bootstamp_options() {
    "${COMP_WORDS[0]}" "$1" --help 2>/dev/null | sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# The command line of QEMU: its own completion where there is one.
_bootstamp_qemu() {
    local at=$1 word=$2
    if ((COMP_CWORD > at)) && declare -F _command_offset >/dev/null; then
        _command_offset "$at"
    elif ((COMP_CWORD > at)); then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "${word:-qemu-system-}" | sort -u)
    fi
}

_bootstamp_run() {
    local word=$1 i=2
    while ((i < COMP_CWORD)); do
        case ${COMP_WORDS[i]} in
        -c | --capture | --mode | --size | --group | -n | --runs | --warmup | --timeout | --until)
            i=$((i + 2))
            # bash takes --capture=FILE apart
            [[ ${COMP_WORDS[i - 1]-} != = ]] || i=$((i + 1))
            ;;
        --) i=$((i + 1)) && break ;;
        -*) i=$((i + 1)) ;;
        *) break ;;
        esac
    done
    if ((i > COMP_CWORD)); then
        case ${COMP_WORDS[COMP_CWORD - 1]} in
        --mode | --size | -n | --runs | --warmup | --timeout | --until) ;;
        --group) mapfile -t COMPREPLY < <(compgen -g -- "$word") ;;
        *) _bootstamp_captures "$word" ;;
        esac
    elif ((i == COMP_CWORD)) && [[ $word == -* && ${COMP_WORDS[i - 1]} != -- ]]; then
        _bootstamp_words "$word" "$(_bootstamp_options run)" --
    else
        _bootstamp_qemu "$i" "$word"
    fi
}

_bootstamp() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        _bootstamp_words "$word" "$(_bootstamp_commands)" --help --version
        return
    fi
    # --format=text comes as three words
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case ${COMP_WORDS[1]}:$before in
    ab:--until | ab:--pairs | ab:-n | ab:--warmup | ab:--timeout) return ;;
    ab:--a | ab:--b | ab:--capture | ab:-c)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    run:*)
        _bootstamp_run "$word"
        return
        ;;
    *:--format | *:-F)
        _bootstamp_words "$word" "$(_bootstamp_formats "${COMP_WORDS[1]}")" help
        return
        ;;
    *:--undecided)
        _bootstamp_words "$word" pass fail
        return
        ;;
    stats:--clock | diff:--clock | ab:--clock)
        _bootstamp_words "$word" host virtual cpu
        return
        ;;
    *:--clock)
        _bootstamp_words "$word" host virtual
        return
        ;;
    export:--time)
        _bootstamp_words "$word" relative wall delta monotonic
        return
        ;;
    export:--stream | replay:--stream | replay:--speed | phases:--session) return ;;
    *:--budget | stats:--until | diff:--until | *:--lines | diff:--fail-over | diff:--ignore-under) return ;;
    export:--output | export:-o)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    esac
    if [[ $word != -* ]]; then
        case ${COMP_WORDS[1]} in
        ab) mapfile -t COMPREPLY < <(compgen -c -- "${word:-qemu-system-}" | sort -u) ;;
        *) _bootstamp_captures "$word" ;;
        esac
        return
    fi
    _bootstamp_words "$word" "$(_bootstamp_options "${COMP_WORDS[1]}")"
}

complete -F _bootstamp bootstamp
