"""The scripts with which shells ask for completions; completing.py answers.

A script passes the words up to the cursor, and reads lines with a value, a tab and a description.
At a line `:files` or `:folders` it completes these by itself. Devices choose the names of readers,
so no completed name may become a command or part of one.
"""

from __future__ import annotations

from twincard.results.completion import ShellName

# For bash a colon ends a word, so what stands before it must not be repeated; bash tells which part
# of the word it will replace. After a quote, bash inserts a value as it is, so values that would
# end the quote or begin a command are not offered there.
_BASH = r"""# bash completion for twincard
_twincard() {
    local part=${COMP_WORDS[COMP_CWORD]} line quote= files=
    case $part in
        [:=] | :=) part= ;;
        [\'\"]*) quote=${part:0:1} ;;
    esac
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files) files=default ;;
            :folders) files=dirnames ;;
            *)
                line=${line%%$'\t'*}
                case $quote$line in
                    [\'\"]*[\'\"\\\$\`!]*) continue ;;
                    [\'\"]*) line=$quote$line ;;
                    *) printf -v line %q "$line" ;;
                esac
                COMPREPLY+=("$line")
                ;;
        esac
    done < <(twincard __complete bash "$part" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    compopt +o default 2>/dev/null
    [ -z "$files" ] || compopt -o "$files" 2>/dev/null
    case ${COMPREPLY[0]-} in
        *= | *:) compopt -o nospace 2>/dev/null ;;
    esac
}
complete -o default -F _twincard twincard
"""

_ZSH = r"""#compdef twincard
_twincard() {
    local -a values
    local line files
    while IFS= read -r line; do
        case $line in
            :files) files=(_files) ;;
            :folders) files=(_files -/) ;;
            *) values+=("$line") ;;
        esac
    done < <(twincard __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( $#values )) && _describe twincard values
    if [[ -n $files ]]; then
        compset -P '[0-9]#='
        $files
    fi
}
if [[ $funcstack[1] = _twincard ]]; then
    _twincard "$@"
else
    compdef _twincard twincard
fi
"""

_FISH = r"""# fish completion for twincard
function __twincard_complete
    set -l words (commandline -opc)
    set -l part (commandline -ct)
    set -l number (string match --regex '^\d+=' -- $part)
    set -l path (string replace --regex '^\d+=' '' -- $part)
    for line in (twincard __complete fish $words[2..-1] "$part" 2>/dev/null)
        switch $line
            case :files
                printf "$number%s\n" (__fish_complete_path $path)
            case :folders
                __fish_complete_directories $path
            case '*'
                echo $line
        end
    end
end
complete --command twincard --no-files --arguments '(__twincard_complete)'
"""

# Older PowerShells pass no empty words to programs, so the number of words goes first. Without an
# answer, PowerShell completes files by itself. It treats curly quotes as straight ones.
_POWERSHELL = r"""# PowerShell completion for twincard
Register-ArgumentCompleter -Native -CommandName twincard -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString().Trim([char[]]"'`"") })
    $count = $words.Count
    if ($wordToComplete -eq '') { $count++ }
    twincard __complete powershell $count @words 2>$null | Where-Object { $_ -notmatch '^:' } |
        ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            $typed = $value
            if ($value -notmatch '^[\w:=.\\/-]+$') {
                $typed = "'" + ($value -replace "['\u2018-\u201b]", '$0$0') + "'"
            }
            [System.Management.Automation.CompletionResult]::new(
                $typed, $value, 'ParameterValue', $help)
        }
}
"""

SCRIPTS = {
    ShellName.BASH: _BASH,
    ShellName.ZSH: _ZSH,
    ShellName.FISH: _FISH,
    ShellName.POWERSHELL: _POWERSHELL,
}
