package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tollgate/engine/bus"
)

// Serve answers Ask over the bus: "reload NAME" and "rollback NAME REASON". What it
// returns ends the service.
func (w *Worker) Serve(b *bus.Bus) (stop func(), err error) {
	return b.Serve(bus.WorkerControl(w.cfg.Account, w.cfg.Name), func(request []byte) []byte {
		ctx, cancel := context.WithTimeout(context.Background(), bus.RequestTimeout)
		defer cancel()
		text, err := w.obey(ctx, string(request))
		if err != nil {
			return []byte("no " + err.Error())
		}
		return []byte("ok " + text)
	})
}

func (w *Worker) obey(ctx context.Context, request string) (string, error) {
	verb, rest, _ := strings.Cut(request, " ")
	switch verb {
	case "reload":
		return w.Reload(ctx, rest)
	case "rollback":
		name, reason, _ := strings.Cut(rest, "\x00")
		return w.Rollback(ctx, name, reason)
	}
	return "", fmt.Errorf("a worker does not know the request %.20q", verb)
}

// AskReload asks a worker on the bus to reload a script; see Worker.Reload.
func AskReload(ctx context.Context, b *bus.Bus, account, worker, name string) (string, error) {
	return ask(ctx, b, account, worker, "reload "+name)
}

// AskRollback asks a worker on the bus to roll a script back; see Worker.Rollback.
func AskRollback(ctx context.Context, b *bus.Bus, account, worker, name, reason string) (string, error) {
	return ask(ctx, b, account, worker, "rollback "+name+"\x00"+reason)
}

func ask(ctx context.Context, b *bus.Bus, account, worker, request string) (string, error) {
	answer, err := b.Request(ctx, bus.WorkerControl(account, worker), []byte(request))
	if err != nil {
		return "", fmt.Errorf("worker %s: %w", worker, err)
	}
	verdict, text, _ := strings.Cut(string(answer), " ")
	if verdict != "ok" {
		return "", errors.New(text)
	}
	return text, nil
}
