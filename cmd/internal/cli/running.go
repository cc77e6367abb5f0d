package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine/gateway"
)

// runningFlags say which running program is meant.
type runningFlags struct {
	config, data, account, reason string
	asJSON, back                  bool
}

func (f *runningFlags) register(c *cobra.Command) *cobra.Command {
	fs := c.Flags()
	fs.StringVar(&f.config, "config", "", "the configuration the program was started with")
	fs.StringVar(&f.data, "data", "", "or its data directory (default data)")
	return c
}

func newStatus() *cobra.Command {
	var f runningFlags
	c := f.register(&cobra.Command{
		Use:     "status",
		Short:   "Show what a running gateway knows",
		Example: "  tollgate status --config tollgate.yaml",
		Args:    exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := f.call(gateway.Request{Do: stack.DoStatus})
			if err != nil {
				return err
			}
			if f.asJSON {
				fmt.Fprintf(c.OutOrStdout(), "%s\n", r.Status)
				return nil
			}
			var v gateway.View
			if err := json.Unmarshal(r.Status, &v); err != nil {
				return err
			}
			return printView(c.OutOrStdout(), &v)
		},
	})
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object and nothing else")
	return c
}

func newReload() *cobra.Command {
	var f runningFlags
	c := f.register(&cobra.Command{
		Use:   "reload NAME",
		Short: "Let a running strategy take its new version, or its old one back",
		Long: `Reload reads the files of a strategy again. The new version is checked, rehearsed
beside the old one, and takes over between two events; or it is refused with the
reason, and the old one goes on. With --rollback the version before comes back.`,
		Example: `  tollgate reload cross --config tollgate.yaml
  tollgate reload cross --rollback --config tollgate.yaml`,
		Args: exactly(1, "one NAME of a strategy"),
		RunE: func(c *cobra.Command, args []string) error {
			do := stack.DoReload
			if f.back {
				do = stack.DoRollback
			}
			return f.tell(c, gateway.Request{Do: do, Name: args[0], Text: "by hand"})
		},
	})
	c.Flags().BoolVar(&f.back, "rollback", false, "bring the version before the newest back")
	return c
}

func newFlatten() *cobra.Command {
	return verbCommand("flatten", "Cancel every order and close every position of the strategies, then go on", gateway.Flatten)
}

func newResume() *cobra.Command {
	c := verbCommand("resume", "Let a gateway trade again after a kill, or after a position nobody could explain", gateway.Resume)
	return c
}

// verbCommand is a command that hands a verb to a running gateway.
func verbCommand(name, short string, v gateway.Verb) *cobra.Command {
	var f runningFlags
	c := f.register(&cobra.Command{
		Use: name, Short: short,
		Example: fmt.Sprintf("  tollgate %s --config tollgate.yaml", name),
		Args:    exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			err := f.tell(c, gateway.Request{Do: v.String(), Account: f.account, Text: f.reason})
			if v == gateway.Resume && errors.Is(err, gateway.ErrNotRunning) {
				return f.resumeStopped(c)
			}
			return err
		},
	})
	c.Flags().StringVar(&f.account, "account", "", "one account only (default all)")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the record")
	return c
}

// newKill stops everything, whatever still works: the sign on disk is written first,
// then the running program is told.
func newKill() *cobra.Command {
	var f runningFlags
	c := f.register(&cobra.Command{
		Use:   "kill",
		Short: "Cancel everything, close everything, and trade nothing until resume",
		Long: `Kill cancels every order and closes every position of the configured accounts, those
made by hand included, and lets nothing new pass until tollgate resume, over restarts
too. It is done when the broker, asked after it, says that nothing is left: until then
whatever is found is closed. While the link is down it waits for it; what is not done
within 20 seconds is told, with status 1, and happens later. When no program runs, it
leaves a sign that the next one obeys.`,
		Example: "  tollgate kill --config tollgate.yaml",
		Args:    exactly(0, "no arguments"),
		RunE:    func(c *cobra.Command, _ []string) error { return f.kill(c) },
	})
	c.Flags().StringVar(&f.reason, "reason", "", "why, for the record")
	return c
}

func (f *runningFlags) kill(c *cobra.Command) error {
	dirs, err := f.known()
	if err != nil {
		return err
	}
	reason := f.reason
	if reason == "" {
		reason = "tollgate kill"
	}
	var failed error
	for _, d := range dirs {
		failed = errors.Join(failed, stack.SetKilled(d, reason))
	}
	err = f.tell(c, gateway.Request{Do: gateway.Kill.String(), Text: reason})
	if errors.Is(err, gateway.ErrNotRunning) && failed == nil {
		fmt.Fprintf(c.OutOrStdout(), "no gateway runs on %s; the next one there will cancel and close everything and trade nothing until tollgate resume\n", full(dirs[0]))
		return nil
	}
	return errors.Join(failed, err)
}

// resumeStopped leaves word for the next program when nothing runs.
func (f *runningFlags) resumeStopped(c *cobra.Command) error {
	if f.account != "" {
		return errors.New("no gateway runs here, and one account can be resumed only while one does: start it first, or leave out --account")
	}
	dirs, err := f.known()
	if err != nil {
		return err
	}
	for _, d := range dirs {
		if err := stack.SetResumed(d, cmp.Or(f.reason, "tollgate resume")); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "no gateway runs on %s; the next one there may trade\n", full(dirs[0]))
	return nil
}

// known are the data directories, of a program that there can be: whoever is in the
// wrong folder must not be told that all is done.
func (f *runningFlags) known() ([]string, error) {
	if f.config == "" && f.data == "" {
		if _, err := os.Stat(configs.DefaultDataDir); errors.Is(err, os.ErrNotExist) {
			return nil, usage("nothing has run in this folder, there is no %s: name the configuration of the program that is meant, --config FILE", full(configs.DefaultDataDir))
		}
	}
	return f.dirs()
}

// full is a path that says where it is, also to somebody in another folder.
func full(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func (f *runningFlags) tell(c *cobra.Command, r gateway.Request) error {
	a, err := f.call(r)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), a.Text)
	return nil
}

// call asks whichever program runs on the data directory: live, or paper.
func (f *runningFlags) call(r gateway.Request) (gateway.Response, error) {
	dirs, err := f.dirs()
	if err != nil {
		return gateway.Response{}, err
	}
	for _, d := range dirs {
		out, err := gateway.Call(d, r)
		if !errors.Is(err, gateway.ErrNotRunning) {
			return out, err
		}
	}
	return gateway.Response{}, fmt.Errorf("%w (looked in %s)", gateway.ErrNotRunning, strings.Join(dirs, ", "))
}

// dirs are the data directories a program may run on, live first, then paper runs,
// the newest first.
func (f *runningFlags) dirs() ([]string, error) {
	data := f.data
	switch {
	case f.config != "" && data != "":
		return nil, usage("--config and --data are both given: one says where")
	case f.config != "":
		config, err := configs.Load(f.config)
		if err != nil {
			return nil, usageError{err}
		}
		data = config.DataDir
	case data == "":
		data = configs.DefaultDataDir
	}
	dirs := []string{filepath.Join(data, "live")}
	list, err := os.ReadDir(filepath.Join(data, "paper"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	slices.Reverse(list)
	for _, e := range list {
		if _, err := os.Stat(filepath.Join(data, "paper", e.Name(), "control.json")); err == nil {
			dirs = append(dirs, filepath.Join(data, "paper", e.Name()))
		}
	}
	return dirs, nil
}
