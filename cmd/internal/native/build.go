package native

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"tollgate/strategies/script"
)

// Folder is the folder of the module, under cmd, in which the generated
// packages pretend to stand.
const Folder = "zz_native"

// Wanted is a strategy to compile, in as many copies as it will have instances.
type Wanted struct {
	Script *script.Checked
	Copies int
}

// ErrNoGo says that there is no go command to build with.
var ErrNoGo = errors.New("the compiled tier needs the go command (https://go.dev/dl/), which is not on PATH; leave out --native to run interpreted")

// Build compiles the wanted strategies into a copy of this program, under the
// folder cache, and returns its path. An unchanged request returns the binary
// built before. What the go command says goes to log.
func Build(wanted []Wanted, cache string, log io.Writer) (string, error) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return "", ErrNoGo
	}
	root, err := Source()
	if err != nil {
		return "", err
	}
	key, err := keyOf(wanted)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, key)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("no folder for compiled strategies: %w", err)
	}
	out := filepath.Join(dir, "tollgate"+exeSuffix())
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	prune(cache, key)
	overlay, err := generate(wanted, dir, root)
	if err != nil {
		return "", err
	}
	return out, compile(goCommand, root, overlay, out, log)
}

// compile runs the go command; the binary appears under its name only when it is
// complete.
func compile(goCommand, root, overlay, out string, log io.Writer) error {
	fresh := out + ".new"
	cmd := exec.Command(goCommand, "build", "-overlay", overlay, "-ldflags=-s -w", roundProducts, "-o", fresh, "./cmd/"+Folder)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), builtFor()...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("compiling the strategy failed (go build in %s): %w", root, err)
	}
	if err := os.Rename(fresh, out); err != nil {
		return fmt.Errorf("keeping the compiled strategy: %w", err)
	}
	return nil
}

// roundProducts keeps the compiler from making one operation of x*y + z, which rounds
// once where the interpreter rounds twice: a decision on the last bit would differ. It
// does so on arm64, and on amd64 from GOAMD64=v3 on.
const roundProducts = "-gcflags=tollgate/cmd/" + Folder + "/...=-d=fmahash=qn"

// builtFor is what this program was built for, whatever the environment says now, so
// that the indicators in the copy compute what they compute here.
func builtFor() []string {
	var list []string
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if strings.HasPrefix(s.Key, "GO") {
				list = append(list, s.Key+"="+s.Value)
			}
		}
	}
	return list
}

// generate writes sources and overlay into dir and returns the overlay's path.
func generate(wanted []Wanted, dir, root string) (string, error) {
	g := generator{dir: dir, base: filepath.Join(root, "cmd", Folder), replace: map[string]string{}}
	var imports []string
	for n, w := range wanted {
		for c := range w.Copies {
			pkg := fmt.Sprintf("p%d_%d", n, c)
			imports = append(imports, pkg)
			g.strategy(w.Script, pkg, c == 0, fmt.Sprintf("p%d_0", n))
		}
	}
	g.write("main.go", "main.go", mainSource(imports))
	text, err := json.MarshalIndent(map[string]any{"Replace": g.replace}, "", "\t")
	if err != nil {
		g.err = err
	}
	path := filepath.Join(dir, "overlay.json")
	if g.err == nil {
		g.err = os.WriteFile(path, text, 0o600)
	}
	if g.err != nil {
		return "", fmt.Errorf("writing the sources to compile: %w", g.err)
	}
	return path, nil
}

// generator writes files into the cache and notes where they pretend to stand.
// After an error it does nothing more.
type generator struct {
	dir, base string
	replace   map[string]string
	err       error
}

// write writes a file once (text "" = it is there already) and adds it to the overlay.
func (g *generator) write(stored, pretended, text string) {
	path := filepath.Join(g.dir, stored)
	g.replace[filepath.Join(g.base, pretended)] = path
	if text == "" || g.err != nil {
		return
	}
	if g.err = os.MkdirAll(filepath.Dir(path), 0o700); g.err == nil {
		g.err = os.WriteFile(path, []byte(text), 0o600)
	}
}

// strategy adds one copy of a strategy; the copies share the files of the first.
func (g *generator) strategy(c *script.Checked, pkg string, first bool, shared string) {
	g.write(pkg+"_begin.go", pkg+"/0_begin.go", beginSource(c))
	for _, f := range c.Source.Files {
		name, text := filepath.Base(f.Name), ""
		if first {
			text = f.Text
		}
		g.write(shared+"/"+name, pkg+"/"+name, text)
	}
}

// beginSource is the generated file of a strategy's package. Its variable is
// declared first and depends on nothing, so Go initialises it before all others.
func beginSource(c *script.Checked) string {
	var set strings.Builder
	for _, h := range c.Handlers {
		fmt.Fprintf(&set, "%s: %s, ", h, h)
	}
	return fmt.Sprintf(`package %s

import (
	Zz_native "tollgate/cmd/internal/native"
	Zz_strategies "tollgate/strategies"
)

var Zz_setup = Zz_native.Begin(%q)

func init() {
	Zz_native.Register(%q, %q, Zz_setup, Zz_strategies.Handlers{%s})
}
`, c.Package, c.Source.Hash, c.Source.Name, c.Source.Hash, strings.TrimSuffix(set.String(), ", "))
}

func mainSource(packages []string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"os\"\n\n\t\"tollgate/cmd/internal/cli\"\n")
	for _, p := range packages {
		fmt.Fprintf(&b, "\t_ \"tollgate/cmd/%s/%s\"\n", Folder, p)
	}
	b.WriteString(")\n\nfunc main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }\n")
	return b.String()
}

// keyOf names a build by everything that goes into it.
func keyOf(wanted []Wanted) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, w := range wanted {
		fmt.Fprintln(h, w.Script.Source.Hash, w.Script.Source.Name, w.Copies)
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program's own file: %w", err)
	}
	f, err := os.Open(self)
	if err != nil {
		return "", fmt.Errorf("reading this program's own file: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading this program's own file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// Cache is the user's folder for compiled strategies.
func Cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for compiled strategies: %w", err)
	}
	return filepath.Join(base, "tollgate", "native"), nil
}

// keep is how many builds the cache holds.
const keep = 16

// prune removes the oldest builds, so that the cache does not grow for ever. It
// is housekeeping: what cannot be removed stays.
func prune(cache, current string) {
	entries, err := os.ReadDir(cache)
	if err != nil || len(entries) <= keep {
		return
	}
	age := func(e os.DirEntry) int64 {
		if info, err := e.Info(); err == nil {
			return info.ModTime().UnixNano()
		}
		return 0
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(age(a), age(b)) })
	for _, e := range entries[:len(entries)-keep] {
		if e.Name() != current {
			os.RemoveAll(filepath.Join(cache, e.Name()))
		}
	}
}

func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// Source finds the source of this module.
func Source() (string, error) {
	if dir := os.Getenv("TOLLGATE_SOURCE"); dir != "" {
		if isModule(dir) {
			return filepath.Abs(dir)
		}
		return "", fmt.Errorf("TOLLGATE_SOURCE is %s, but there is no go.mod of module tollgate in it", dir)
	}
	var starts []string
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if isModule(dir) {
				return dir, nil
			}
		}
	}
	return "", errors.New("the source of tollgate is needed: start in its folder, or set TOLLGATE_SOURCE to it")
}

func isModule(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && strings.HasPrefix(string(text), "module tollgate\n")
}

// Run starts a binary that Build made, with the arguments of this program and
// the parameters of the strategy, and returns its exit status. It is killed when ctx
// ends.
func Run(ctx context.Context, binary, hash string, values map[string]string, args []string, stdout, stderr io.Writer) (int, error) {
	cmd, err := Command(ctx, binary, hash, values, args)
	if err != nil {
		return 1, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, fmt.Errorf("starting the compiled strategy: %w", err)
	}
	return 0, nil
}
