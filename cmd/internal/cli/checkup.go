package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
)

// checkupFlags are the flags of doctor --config, as typed.
type checkupFlags struct {
	config, url, tokenEnv string
	asJSON                bool
}

// checkup examines a live set-up before money is at risk. It can ask the broker
// questions and nothing else: what changes something takes a permit of the gate,
// and there is no gate here.
type checkup struct {
	flags    *checkupFlags
	config   *configs.Config
	text     []byte // of the configuration
	dir      string // the data directory of the run that is being prepared
	attempts string // file in which attempts to connect are remembered; that of the run
	url      string
	token    func() (string, error)
	clock    func() time.Time // this machine's; the one that is being judged
	patience time.Duration    // for an answer
	say      io.Writer        // progress

	universe *engine.Universe // of the strategies; nil = its instruments cannot be resolved
	found    []checkLine
	refused  bool // the broker refused the connection, or gave it to somebody else
}

// What a check can come to.
const (
	checkOK   = "OK"
	checkWarn = "WARN"
	checkFail = "FAIL"
)

// checkLine is what one check came to. As JSON it is an element of checks.
type checkLine struct {
	Name   string `json:"name"`
	State  string `json:"state"` // OK, WARN or FAIL
	Seen   string `json:"seen"`
	Advice string `json:"advice"` // what to do; empty when OK
}

// answerPatience is how long an answer of the broker may take; the gateway has the same.
const answerPatience = 10 * time.Second

// newCheckup reads the configuration. Its errors are the user's to mend: status 2.
func newCheckup(c *cobra.Command, f *checkupFlags) (*checkup, error) {
	config, text, err := loadConfig(f.config)
	if err != nil {
		return nil, err
	}
	k := &checkup{
		flags: f, config: config, text: text, dir: filepath.Join(config.DataDir, "live"), attempts: stack.AttemptsFile(config.DataDir),
		url: config.Broker.URL, token: tokenOf(config), clock: time.Now, patience: answerPatience, say: c.ErrOrStderr(),
	}
	if f.tokenEnv != "" && f.url == "" {
		return nil, usage("--token-env belongs to --url: the broker's key is where broker.token_env or broker.token_file of %s says", f.config)
	}
	if f.url == "" {
		return k, nil
	}
	if u, err := url.Parse(f.url); err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, usage("--url %s: give ws://HOST:PORT/ws/stream, as tollgate sim prints it", f.url)
	}
	// The same places as paper --connect has, so that attempts at the broker are not spent.
	k.dir, k.url, k.token = filepath.Join(config.DataDir, "paper", "connected"), f.url, f.otherToken
	k.attempts = stack.AttemptsFile(k.dir)
	return k, nil
}

// otherToken is the key of a bridge that is not the broker's.
func (f *checkupFlags) otherToken() (string, error) {
	if f.tokenEnv == "" {
		return "doctor", nil
	}
	if t := strings.TrimSpace(os.Getenv(f.tokenEnv)); t != "" {
		return t, nil
	}
	return "", fmt.Errorf("--token-env: the variable %s is not set, or empty", f.tokenEnv)
}

// checkUp examines, prints, and chooses the exit status.
func (f *checkupFlags) checkUp(c *cobra.Command) error {
	k, err := newCheckup(c, f)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.examine(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted before every check was made; no order was sent")
	}
	if err := k.print(c.OutOrStdout()); err != nil {
		return err
	}
	switch {
	case k.refused:
		return statusError(exitRefused)
	case k.failed():
		return errSilent
	}
	return nil
}

// examine makes every check: first those that need no connection.
func (k *checkup) examine(ctx context.Context) {
	k.configuration()
	k.limits()
	k.strategies()
	keyed := k.key()
	writable := k.dataDir()
	k.killed()
	unlock, alone := k.gateway()
	defer unlock()
	switch {
	case !writable: // whether a program runs here is not known then
		k.unchecked("an attempt to connect that cannot be remembered is not made", connectedChecks...)
	case !alone:
		k.unchecked("a second connection would end the link of the program that runs", connectedChecks...)
	case !keyed:
		k.unchecked("there is no key to connect with", connectedChecks...)
	default:
		k.connected(ctx)
		return
	}
	k.budget(nil)
}

// connectedChecks are the checks that need the broker, in their order.
var connectedChecks = []string{"connection", "addon", "clock", "instrument", "account"}

func (k *checkup) add(state, name, advice, format string, args []any) {
	seen := strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n", "; ")
	k.found = append(k.found, checkLine{name, state, seen, advice})
}

func (k *checkup) ok(name, format string, args ...any) { k.add(checkOK, name, "", format, args) }

func (k *checkup) warn(name, advice, format string, args ...any) {
	k.add(checkWarn, name, advice, format, args)
}

func (k *checkup) fail(name, advice, format string, args ...any) {
	k.add(checkFail, name, advice, format, args)
}

// unchecked says of checks that they were not made: nobody should take silence for OK.
func (k *checkup) unchecked(why string, names ...string) {
	for _, name := range names {
		k.warn(name, "mend what is marked "+checkFail+" and run the doctor again", "not checked: %s", why)
	}
}

func (k *checkup) failed() bool {
	for _, l := range k.found {
		if l.State == checkFail {
			return true
		}
	}
	return false
}
