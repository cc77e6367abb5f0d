package cli

import (
	"os"
	"path/filepath"
	"testing"

	"tollgate/cmd/internal/native"
	"tollgate/strategies/script"
)

// TestProductsAreRoundedInBothTiers: compilers may make one operation of x*y + z, which
// rounds once; the interpreter rounds twice. The compiled tier has to do the same, on
// processors for which the compiler does it by itself (arm64) and where the environment
// asks for such code (amd64).
func TestProductsAreRoundedInBothTiers(t *testing.T) {
	long(t)
	t.Setenv("GOAMD64", "v3")
	const strategy = "testdata/products"
	src, err := script.Read(strategy)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := script.Check(src)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := native.Build([]native.Wanted{{Script: checked, Copies: 1}}, cacheDir, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trace")
	args := []string{"backtest", strategy, "--json", "--to=2025-03-03T14:32:00Z", "--trace=" + path}
	backtestJSON(t, args...)
	here, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	there, _ := runCompiled(t, binary, strategy, nil, args, path)
	if diff := difference(string(here), there); len(here) < 10_000 || diff != "" {
		t.Errorf("compiled it computes differently (want = interpreted):\n%s", diff)
	}
}
