/* A library with T3000's export that never answers, for the smoke test: the child process that calls it must be killed.

   It says where T3_SMOKE_HUNG points that it was called, by making that file. */

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define wait_long() Sleep(1000)
#else
#include <unistd.h>
#define EXPORT
#define wait_long() sleep(1)
#endif

EXPORT int BacnetWebView_HandleWebViewMsg(int action, char *msg, int size)
{
    const char *path = getenv("T3_SMOKE_HUNG");
    FILE *file = path ? fopen(path, "w") : NULL;
    (void)action, (void)msg, (void)size;
    if (file)
        fclose(file);
    for (;;)
        wait_long();
}
