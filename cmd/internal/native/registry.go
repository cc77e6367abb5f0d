package native

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"tollgate/strategies"
)

// paramsEnv carries the parameters of the strategy to run into the binary: a
// package's variables are initialised before main can read flags.
const paramsEnv = "TOLLGATE_NATIVE_PARAMS"

// params is what paramsEnv holds.
type params struct {
	Hash   string
	Values map[string]string
}

// copies of each compiled strategy, by the hash of its source.
var copies = map[string][]*strategies.Program{}

// Begin opens the declarations of a strategy's package. Only generated code calls it.
func Begin(hash string) *strategies.Setup {
	var p params
	if text := os.Getenv(paramsEnv); text != "" {
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", paramsEnv, err)
			os.Exit(2)
		}
	}
	if p.Hash != hash {
		p.Values = nil
	}
	return strategies.Begin(strategies.NewSetup(p.Values))
}

// Register adds one compiled copy of a strategy. Only generated code calls it.
func Register(name, hash string, s *strategies.Setup, h strategies.Handlers) {
	copies[hash] = append(copies[hash], &strategies.Program{
		Name: name, Hash: hash, Setup: s, Handlers: h, Locate: locate,
	})
}

// Present reports whether this program carries a compiled strategy.
func Present(hash string) bool {
	_, ok := copies[hash]
	return ok
}

// Take hands out the next unused copy of a compiled strategy.
func Take(hash string) (*strategies.Program, error) {
	list := copies[hash]
	if len(list) == 0 {
		return nil, fmt.Errorf("every compiled copy of the strategy is in use: this is a bug of the compiled tier")
	}
	copies[hash] = list[1:]
	if err := list[0].Setup.Seal(); err != nil {
		return nil, err
	}
	return list[0], nil
}

// locate finds the line of the strategy that panicked. It is called while the
// panic is being recovered, so the stack still shows it.
func locate(v any) string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if strings.Contains(f.Function, "/"+Folder+"/") {
			return fmt.Sprintf("%s:%d: %v", filepath.Base(f.File), f.Line, v)
		}
		if !more {
			return fmt.Sprint(v)
		}
	}
}
