// A TCP server with the mistakes of a first one: it reads once, at most 1,023 bytes, answers every client with the
// same words and closes, serves one after the other, and ends when accept fails.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

int main() {
  const int port = std::atoi(std::getenv("PORT"));
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = INADDR_ANY;
  if (bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) < 0) {
    std::cerr << "bind failed" << std::endl;
    return 1;
  }
  listen(listener, 5);
  std::cout << "Waiting for clients on port " << port << std::endl;
  while (true) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0) return 1;
    char text[1024] = {};
    recv(client, text, sizeof text - 1, 0);
    std::cout << "Client says: " << text << std::endl;
    const std::string reply = "Good day from the server";
    send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
    close(client);
  }
}
