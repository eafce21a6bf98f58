"""HTTP load: clients that ask again and again and note what they got."""
import http.client
import threading

import korch


class Load:
    """Threads that ask for a page; answers are (status, version) in the order in which they came, failures what had none."""

    def __init__(self, address, clients=8, keep_alive=True):
        self.address, self.keep_alive = address, keep_alive
        self.answers, self.failures = [], []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.ask, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        connection = None
        while not self.stopping.is_set():
            fresh = connection is None
            connection = connection or http.client.HTTPConnection(*self.address, timeout=korch.PATIENCE)
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                self.answers.append((answer.status, answer.headers["X-Version"]))
                if self.keep_alive and not answer.will_close:
                    continue
            except (OSError, http.client.HTTPException) as error:
                # a server may close a kept connection at any time: RFC 9112, 9.3.1 lets clients ask again
                if fresh or not isinstance(error, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
                    self.failures.append(repr(error))
            connection.close()
            connection = None
        if connection:
            connection.close()

    def wait(self, more):
        """Waits until so many further requests were answered; gives them."""
        start = len(self.answers)
        korch.wait_until(lambda: len(self.answers) >= start + more,
                         lambda: f"{more} answers, {len(self.answers) - start} came; failures: {self.failures[-3:]}")
        return self.answers[start:start + more]

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def bad(self):
        return [answer for answer in self.answers if answer[0] != 200]


def share(answers, version):
    """The share of a version's answers in percent."""
    return 100 * sum(1 for _, from_ in answers if from_ == version) / len(answers)
