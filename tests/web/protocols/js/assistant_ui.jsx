// A chat of assistant-ui's own parts over the AI SDK's door, as somebody would put it into a page.
import { AssistantRuntimeProvider, ActionBarPrimitive, ComposerPrimitive, MessagePrimitive, ThreadPrimitive } from "@assistant-ui/react";
import { AssistantChatTransport, useChatRuntime } from "@assistant-ui/react-ai-sdk";
import { lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import { createRoot } from "react-dom/client";

const transport = new AssistantChatTransport({ api: "/ai-sdk" });

function Tool({ toolName, args, result, status, approval, respondToApproval }) {
  const asked = approval !== undefined && approval.approved === undefined;
  return (
    <section aria-label={`tool ${toolName}`}>
      <code>{JSON.stringify(args)}</code> <span>{status.type}</span> <output>{result?.summary}</output>
      {asked && <button onClick={() => respondToApproval({ approved: true })}>Approve</button>}
      {asked && <button onClick={() => respondToApproval({ approved: false, reason: "Not now." })}>Reject</button>}
    </section>
  );
}

function Message({ name, actions }) {
  return (
    <MessagePrimitive.Root>
      <article aria-label={name}>
        <MessagePrimitive.Parts components={{ tools: { Fallback: Tool } }} />
        {actions}
      </article>
    </MessagePrimitive.Root>
  );
}

const reload = (
  <ActionBarPrimitive.Root>
    <ActionBarPrimitive.Reload>Again</ActionBarPrimitive.Reload>
  </ActionBarPrimitive.Root>
);
const components = {
  UserMessage: () => <Message name="question" />,
  AssistantMessage: () => <Message name="answer" actions={reload} />,
};

function Chat() {
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses;
  return (
    <AssistantRuntimeProvider runtime={useChatRuntime({ transport, sendAutomaticallyWhen })}>
      <ThreadPrimitive.Root>
        <ThreadPrimitive.Messages components={components} />
        <ComposerPrimitive.Root>
          <ComposerPrimitive.Input aria-label="Ask" />
          <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
          <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
        </ComposerPrimitive.Root>
      </ThreadPrimitive.Root>
    </AssistantRuntimeProvider>
  );
}

createRoot(document.body.appendChild(document.createElement("main"))).render(<Chat />);
