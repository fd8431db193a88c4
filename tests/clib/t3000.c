/* A stand-in for T3000's exports with the manners of the real one, and its bad days.

   What it does is read anew at each call from the file that T3_CONTROL names: one word and what belongs to it.

     say TEXT         answers TEXT                        file PATH        answers a file's content
     echo             answers the request it found        big N            answers N letters
     exact            fills the buffer to its last byte   fill             the same without a terminator
     overrun N        writes N bytes too many             dirty            control characters and broken UTF-8
     code N TEXT      returns N beside TEXT               untouched N      returns N and leaves the buffer alone
     not_ready N TEXT returns -2 for N calls, then TEXT   noise FOLDER     prints, changes folder, answers {}
     hang PATH        writes its pid to PATH and hangs    exit N           ends its process
     crash            writes to address 0                 stall            stops its process amid a long answer
     fork PATH WORD   starts a process that sleeps and    stop PATH        writes its pid to PATH and stops its
                      writes its pid to PATH, then WORD                    process (SIGSTOP)
     twice            answers {}, and so does a copy of   late N TEXT      sends TEXT as the answer of call N, then
                      its process                                          answers {"call":"this one"}

   T3_LOAD holds one of these for the moment of loading. Into the file that T3_CALLS names, if any, each call writes what
   it was told to do. The optional exports answer with the content of the file $T3_CONTROL.settings.PANEL or
   $T3_CONTROL.trendlogs.PANEL: a text, or a negative code and a text. */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_file(const char *path, char *to, int size)
{
    int file = open(path, O_RDONLY), length = 0, got;
    if (file < 0)
        return -1;
    while (length < size - 1 && (got = read(file, to + length, size - 1 - length)) > 0)
        length += got;
    close(file);
    to[length] = 0;
    return length;
}

static void write_pid(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file) {
        fprintf(file, "%d\n", (int)getpid());
        fclose(file);
    }
}

static void note_call(const char *control)
{
    const char *path = getenv("T3_CALLS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%s\n", control);
        fclose(file);
    }
}

static void hang(const char *path)
{
    write_pid(path);
    for (;;)
        pause();
}

/* Bytes on their way out of any of the process's pipes mean that the answer is being sent. */
static void *stop_amid_the_answer(void *unused)
{
    for (;;)
        for (int fd = 3, queued; fd < 64; fd++)
            if (ioctl(fd, TIOCOUTQ, &queued) == 0 && queued > 10000)
                kill(getpid(), SIGSTOP);
    return unused;
}

/* A message of the pipe to the program: its length, most significant byte first, and its bytes. */
static void send_message(int fd, const void *bytes, int length)
{
    unsigned char size[4] = {0, 0, length >> 8, length};
    if (write(fd, size, 4) != 4 || write(fd, bytes, length) != length)
        abort();
}

static void send_reply(int number, const char *text)
{
    int header[3] = {number, 0, 0};
    struct stat status;
    for (int fd = 3; fd < 64; fd++)
        if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) {
            send_message(fd, header, sizeof header);
            send_message(fd, text, strlen(text));
        }
}

static int act(const char *control, char *msg, int iLen)
{
    static int calls;
    static char request[8192];
    char word[16] = "";
    int offset = 0, number = 0, text = 0;
    pthread_t thread;

    sscanf(control, "%15s %n", word, &offset);
    control += offset;
    if (sscanf(control, "%d %n", &number, &text) < 1)
        text = 0;

    if (!strcmp(word, "fork")) {
        char path[4096] = "";
        sscanf(control, "%4095s %n", path, &offset);
        if (fork() == 0)
            hang(path);
        return act(control + offset, msg, iLen);
    }
    if (!strcmp(word, "hang"))
        hang(control);
    if (!strcmp(word, "stop")) {
        write_pid(control);
        kill(getpid(), SIGSTOP);
    }
    if (!strcmp(word, "exit"))
        exit(number);
    if (!strcmp(word, "crash"))
        *(volatile int *)0 = 0;
    if (!msg)
        return 0;
    if (!strcmp(word, "untouched"))
        return number;

    snprintf(request, sizeof request, "%s", msg);
    msg[0] = 0;
    if (!strcmp(word, "say"))
        strcpy(msg, control);
    else if (!strcmp(word, "echo"))
        strcpy(msg, request);
    else if (!strcmp(word, "file"))
        return read_file(control, msg, iLen) < 0 ? -1 : 0;
    else if (!strcmp(word, "big"))
        memset(msg, 'x', number), msg[number] = 0;
    else if (!strcmp(word, "exact"))
        memset(msg, 'x', iLen - 1), msg[iLen - 1] = 0;
    else if (!strcmp(word, "fill"))
        memset(msg, 'x', iLen);
    else if (!strcmp(word, "overrun"))
        memset(msg, 'x', iLen + number);
    else if (!strcmp(word, "dirty"))
        strcpy(msg, "{\"a\":\"\x01\xff\xc3(\xed\xa0\x80\"}");
    else if (!strcmp(word, "code"))
        return strcpy(msg, control + text), number;
    else if (!strcmp(word, "twice"))
        fork(), strcpy(msg, "{}");
    else if (!strcmp(word, "late")) {
        send_reply(number, control + text);
        strcpy(msg, "{\"call\":\"this one\"}");
    } else if (!strcmp(word, "not_ready"))
        return calls++ < number ? (strcpy(msg, "{\"error\":\"MFC application not initialized\"}"), -2)
                                : (strcpy(msg, control + text), 0);
    else if (!strcmp(word, "noise")) {
        printf("noise on stdout\n");
        fflush(stdout);
        strcpy(msg, chdir(control) ? "no such folder" : "{}");
    } else if (!strcmp(word, "stall")) {
        memset(msg, 'x', iLen - 1), msg[iLen - 1] = 0;
        pthread_create(&thread, NULL, stop_amid_the_answer, NULL);
    }
    return 0;
}

__attribute__((constructor)) static void on_load(void)
{
    const char *what = getenv("T3_LOAD");
    if (what)
        act(what, NULL, 0);
}

#ifndef NO_MAIN
int BacnetWebView_HandleWebViewMsg(int action, char *msg, int iLen)
{
    static char control[8192];
    const char *path = getenv("T3_CONTROL");
    if (action != 15 || !msg || iLen <= 0)
        return -1;
    if (!path || read_file(path, control, sizeof control) < 0)
        return -1;
    note_call(control);
    return act(control, msg, iLen);
}
#endif

#ifndef NO_OPTIONAL
static int optional(const char *name, int panel_id, char *buffer, int size)
{
    char path[4096];
    const char *control = getenv("T3_CONTROL");
    int length, code, text;
    if (!control || !buffer || size <= 0 || panel_id < 0 || panel_id > 255)
        return -1;
    snprintf(path, sizeof path, "%s.%s.%d", control, name, panel_id);
    length = read_file(path, buffer, size);
    if (length > 0 && sscanf(buffer, "-%d %n", &code, &text) == 1) {
        memmove(buffer, buffer + text, length - text + 1);
        return -code;
    }
    return length;
}

int GetDeviceBasicSettings(int panel_id, char *buffer, int size)
{
    return optional("settings", panel_id, buffer, size);
}

int GetDeviceNetworkConfig(int panel_id, char *buffer, int size)
{
    return optional("network", panel_id, buffer, size);
}

int BacnetWebView_GetTrendlogList(int panel_id, char *buffer, int size)
{
    return optional("trendlogs", panel_id, buffer, size);
}
#endif
