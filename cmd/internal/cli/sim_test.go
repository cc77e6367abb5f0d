package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
)

func TestSimLists(t *testing.T) {
	var quirks, faults bytes.Buffer
	if Main([]string{"sim", "--quirks"}, &quirks, io.Discard) != 0 || Main([]string{"sim", "--faults"}, &faults, io.Discard) != 0 {
		t.Fatal("the lists cannot be printed")
	}
	for _, q := range broker.Catalogue() {
		if !strings.Contains(quirks.String(), "\n"+q.Usage()) {
			t.Errorf("--quirks does not list %s", q.Name)
		}
	}
	for _, f := range broker.Faults() {
		if !strings.Contains(faults.String(), "\n"+f.Usage()) {
			t.Errorf("--faults does not list %s", f.Name)
		}
	}
}

// TestSimMistakes: each is found before anything is served, with what to do.
func TestSimMistakes(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"extra", "takes no arguments"},
		{"--quirk=nonsense", "--quirks lists them"},
		{"--fault=explode", "--faults lists them"},
		{"--fault=drop@soon", "30s nor call=N"},
		{"--account=Sim101", "NAME=CASH"},
		{"--account=Sim101=much", "much"},
		{"--account=A=1 --account=a=2", "taken"},
		{"--speed=-1", "from 0"},
		{"--fill=hopeful", "hopeful"},
		{"--feed=nowhere.csv", "nowhere.csv"},
		{"--listen=nowhere", "--listen"},
		{"--token-env=TOLLGATE_TEST_NO_SUCH_VARIABLE", "not set"},
		{"--from=yesterday", "--from"},
		{"--from=2099-01-01", "no events"},
	} {
		var errs bytes.Buffer
		if got := Main(append([]string{"sim"}, strings.Fields(c.args)...), io.Discard, &errs); got != exitUsage || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: status %d, %s", c.args, got, errs.String())
		}
	}
}

// TestSimServes: what is announced can be reached, with the token and not without.
func TestSimServes(t *testing.T) {
	t.Setenv("TOLLGATE_TEST_TOKEN", "letmein")
	var f simFlags
	f.registerSim(&cobra.Command{})
	f.listen, f.tokenEnv, f.asJSON, f.quirks = "127.0.0.1:0", "TOLLGATE_TEST_TOKEN", true, []string{"orders-scope=working"}
	f.accounts, f.ledger = []string{"Sim101=50000", "Eval=2500.50"}, filepath.Join(t.TempDir(), "ledger.json")
	s, where, err := f.serve(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var out bytes.Buffer
	f.announce(&out, where)
	var told place
	if err := json.Unmarshal(out.Bytes(), &told); err != nil || len(told.Accounts) != 2 || told.Instruments[0] != "ES 03-25" || !strings.HasSuffix(told.URL, "/ws/stream") {
		t.Fatalf("announced %s: %v", out.String(), err)
	}
	for token, want := range map[string]int{"letmein": 200, "other": 401} {
		if got := statusOf(t, told.REST+"/accounts/Eval", token); got != want {
			t.Errorf("token %s: %d, want %d", token, got, want)
		}
	}
	if strings.Contains(out.String(), "letmein") {
		t.Error("the token is printed")
	}
	f.asJSON = false
	out.Reset()
	f.announce(&out, where)
	if !strings.Contains(out.String(), "$TOLLGATE_TEST_TOKEN") || !strings.Contains(out.String(), `"instruments":["ES 03-25"]`) {
		t.Errorf("announced %s", out.String())
	}
	checkLedgerFile(t, &f, s)
}

func statusOf(t *testing.T, url, token string) int {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func checkLedgerFile(t *testing.T, f *simFlags, s *fakebridge.Server) {
	t.Helper()
	if err := f.saveLedger(s.Ledger()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.ledger)
	var l fakebridge.Ledger
	if err != nil || json.Unmarshal(text, &l) != nil || l.Accounts[1].Cash != "2500.50" || l.Calls["GetAccount"].OK != 1 {
		t.Errorf("the ledger's file: %s, %v", text, err)
	}
}
