/*
 * A TCP echo server: a process for each client. On SIGTERM idle clients are left at once, the others when they end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>


static int listener;
static int client;
static volatile sig_atomic_t writing;

/* In the child: a client that is owed nothing can be left. */
static void leave_if_idle(int number) {
  (void)number;
  if (!writing) _exit(0);
}

static void give_up(int number) {
  (void)number;
  _exit(0);
}

/* In the parent: no new client, a word to the children, and wait for them, though not for ever. */
static void leave(int number) {
  (void)number;
  close(listener);
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  signal(SIGALRM, give_up);
  setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {1, 700000}}, NULL);
  while (wait(NULL) > 0 || errno == EINTR) {
  }
  _exit(0);
}

static void serve(void) {
  char buffer[65536];
  for (;;) {
    ssize_t length = recv(client, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) break;
    writing = 1;
    for (ssize_t sent = 0; sent < length;) {
      ssize_t step = send(client, buffer + sent, length - sent, MSG_NOSIGNAL);
      if (step < 0 && errno != EINTR) _exit(0);
      if (step > 0) sent += step;
    }
    writing = 0;
  }
  shutdown(client, SHUT_WR);
  _exit(0);
}

int main(void) {
  const char *host = getenv("HOST") ? getenv("HOST") : "127.0.0.1";
  const char *port = getenv("PORT") ? getenv("PORT") : "3000";
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  int on = 1;
  inet_pton(AF_INET, host, &address.sin_addr);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 256) < 0) {
    fprintf(stderr, "cannot listen on %s:%s: %s\n", host, port, strerror(errno));
    return 1;
  }
  signal(SIGTERM, leave);
  /* Nobody asks how a child ended. */
  signal(SIGCHLD, SIG_IGN);
  printf("listening on %s:%s\n", host, port);
  fflush(stdout);
  for (;;) {
    client = accept(listener, NULL, NULL);
    if (client < 0) continue;
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    if (fork() == 0) {
      close(listener);
      signal(SIGTERM, leave_if_idle);
      sigprocmask(SIG_SETMASK, &before, NULL);
      serve();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(client);
  }
}
