"""Lua for the simulated Redis: a script of the app runs in the process that decides the score.

fakeredis hands it Python's `eval`, the system's commands and files, and all the time in the world.
Here a script has the plain functions that count, join and call Redis; its steps, its memory and
what it sends are bounded. What may take long without a step, such as a pattern, it does not have.
"""

from types import SimpleNamespace
from typing import Any, NoReturn

from lupa import lua51

# A tenth of a second or two: Redis serves nobody else meanwhile, here as there.
STEPS = 10_000_000
SECONDS = 0.5
"""So much time of a processor this process may use meanwhile: a step may join long texts."""
CALLS = 10_000
"""So often a script may call Redis; each call takes longer than a step."""
SENT = 64 << 20
"""So many bytes the scripts of a world may send to Redis together."""
MEMORY = 32 << 20
RESULTS = 100_000
"""So many values a script may return, however they lie in each other."""

_KEPT = """
_VERSION assert error ipairs math next pairs pcall rawequal rawget rawset redis
select string table tonumber tostring type unpack KEYS ARGV
"""
# Others look for patterns, which may take for ever, or write code for the machine.
_KEPT_OF_STRINGS = "byte char format len lower rep reverse sub upper"
# What fakeredis runs after each script; here that is done before the next one.
_TIDY = b"collectgarbage()"
_PREPARE = """
function(kept, kept_of_strings, most_steps, most_seconds, most_calls, most_sent, most_results)
    local sethook, load, pairs, type = debug.sethook, loadstring, pairs, type
    local error, select, setfenv, tostring = error, select, setfenv, tostring
    local upper, far = string.upper, {
        SETRANGE = true, SETBIT = true, BITFIELD = true, LCS = true,
        HRANDFIELD = true, SRANDMEMBER = true, ZRANDMEMBER = true,
    }
    local collect, clock = collectgarbage, os.clock
    local steps, begun, calls, sent, results = 0, 0, 0, 0, 0

    -- From then on each step is one too many, also after a pcall.
    local function stop()
        sethook(stop, "", 1)
        error("the script takes too long", 0)
    end

    local function look()
        steps = steps + 10
        if steps > most_steps or clock() - begun > most_seconds then stop() end
    end

    local function counted(call)
        return function(...)
            local name = select(1, ...)
            if type(name) == "string" and far[upper(name)] then
                error("This Redis command is not allowed from scripts", 0)
            end
            calls = calls + 1
            for place = 1, select("#", ...) do
                local word = select(place, ...)
                if type(word) == "string" then sent = sent + #word end
            end
            if calls > most_calls then error("the script calls Redis too often", 0) end
            if sent > most_sent then error("the scripts send too much", 0) end
            return call(...)
        end
    end

    local function measure(value, depth)
        results = results + 1
        if results > most_results or depth > 50 then error("the script returns too much", 0) end
        if type(value) == "table" then
            for _, each in pairs(value) do measure(each, depth + 1) end
        end
        return value
    end

    local function keep(names, among)
        for name in pairs(among) do
            if not names[name] then among[name] = nil end
        end
    end

    local function refuse(_, name)
        error("Script attempted to set global variables: " .. tostring(name), 0)
    end

    -- A script sees these and has none of its own.
    local globals = setmetatable({}, {__index = _G, __newindex = refuse})
    redis.call, redis.pcall = counted(redis.call), counted(redis.pcall)
    keep(kept_of_strings, string)
    keep(kept, _G)
    return function(script)
        steps, begun, calls, results = 0, clock(), 0, 0
        collect()
        local run, why = load(script, "@user_script")
        if not run then error(why, 0) end
        setfenv(run, globals)
        sethook(look, "", 10)
        return measure(run(), 0)
    end
end
"""


class Runtime:
    """What fakeredis takes for lupa's `LuaRuntime`, whatever it asks for."""

    def __init__(self, **_asked: Any) -> None:
        self._lua = lua51.LuaRuntime(
            encoding=None,
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attribute,
            max_memory=MEMORY,
        )
        self.eval, self.globals = self._lua.eval, self._lua.globals
        self.table_from = self._lua.table_from
        self._run: Any = None
        # Lua's own function: when each step is one too many, it takes none.
        self._forget_steps = self._lua.eval("debug.sethook")

    def execute(self, script: bytes | str) -> Any:
        """Run a script within its bounds; what it returns."""
        script = script.encode() if isinstance(script, str) else script
        if script.startswith(b"\x1b"):
            raise lua51.LuaError("a script is text")
        if script == _TIDY:
            return None
        # Not before: fakeredis has put in its own functions by then.
        self._run = self._run or self._prepared()
        try:
            return self._run(script)
        except (AttributeError, TypeError, ValueError) as error:
            # Of Python: fakeredis would hang up.
            raise lua51.LuaError(str(error)) from error
        finally:
            self._forget_steps()

    def _prepared(self) -> Any:
        kept, of_strings = (
            self._lua.table_from({name.encode(): True for name in names.split()})
            for names in (_KEPT, _KEPT_OF_STRINGS)
        )
        return self._lua.eval(_PREPARE)(kept, of_strings, STEPS, SECONDS, CALLS, SENT, RESULTS)


def _no_attribute(_owner: Any, _name: Any, _is_set: bool) -> NoReturn:
    raise AttributeError("Lua sees nothing of Python")


Module = SimpleNamespace(LuaRuntime=Runtime, LuaError=lua51.LuaError, lua_type=lua51.lua_type)
"""What fakeredis takes for lupa."""
